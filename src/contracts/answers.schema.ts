import { z } from 'zod';
import { expressionSchema, modelNameSchema } from './common.schema';

/** A path into a JSON answer: `answer.value`, `items[0].name`. */
const fieldSchema = z
  .string()
  .max(500)
  .regex(/^[A-Za-z_][A-Za-z0-9_$-]*(\.[A-Za-z_$][A-Za-z0-9_$-]*|\[\d{1,9}\])*$/, 'a path such as answer.items[0].name');

/**
 * What of a member's output is its answer: all of it, the JSON or the last number in its text, a field of its JSON, what
 * a regular expression finds (linear-time syntax; the last match unless said otherwise), or what an expression yields.
 */
export const extractSchema = z.union([
  z.enum(['text', 'json', 'number']),
  z.strictObject({ field: fieldSchema }),
  z.strictObject({
    regex: z.string().min(1).max(1000),
    group: z.int().nonnegative().max(99).default(0),
    match: z.enum(['first', 'last']).default('last'),
  }),
  z.strictObject({ jsonata: expressionSchema }),
]);
export type Extract = z.output<typeof extractSchema>;

/**
 * When two answers are one vote. `value`: numbers by value, text by case and space; `words`: by letters and digits only;
 * `exact`: as they are.
 */
export const NORMALISATIONS = ['value', 'words', 'exact'] as const;
export type Normalisation = (typeof NORMALISATIONS)[number];
export const normaliseSchema = z.enum(NORMALISATIONS);

/** Who wins a tie: the first by index, the heavier, the answer of a named model, or nobody. */
export const tieBreakSchema = z.union([
  z.enum(['first', 'weight', 'abstain']),
  z.strictObject({ model: modelNameSchema }),
]);
export type TieBreak = z.output<typeof tieBreakSchema>;

export const ADAPTIVE_CRITERIA = ['beta', 'majority', 'entropy'] as const;
export type AdaptiveCriterion = (typeof ADAPTIVE_CRITERIA)[number];

const deadlineSeconds = z.number().positive().max(86_400);
const alsoDeadline = { deadlineSeconds: deadlineSeconds.optional() };

/**
 * When to stop asking: enough equal votes (or a lead that can not be caught), that lead alone, a confident lead
 * (Adaptive-Consistency), an agreeing window (ESC), or the clock, which any of the others may have beside it.
 */
export const stopSchema = z.union([
  z.strictObject({ quorum: z.int().min(1).max(50_000), ...alsoDeadline }),
  z.strictObject({ lead: z.literal(true), ...alsoDeadline }),
  z.strictObject({
    adaptive: z.union([
      z.number().gt(0.5).lt(1),
      z.strictObject({ criterion: z.enum(ADAPTIVE_CRITERIA), threshold: z.number().gt(0).lt(1) }),
    ]),
    /** Samples asked at once; without it, the fewest that could decide: as few in all as one after the other. */
    batch: z.int().min(1).max(100).optional(),
    ...alsoDeadline,
  }),
  z.strictObject({ window: z.int().min(2).max(100), ...alsoDeadline }),
  z.strictObject({ deadlineSeconds }),
]);
export type StopRule = z.output<typeof stopSchema>;
