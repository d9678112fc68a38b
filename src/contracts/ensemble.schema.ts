import { z } from 'zod';
import { jsonObjectSchema, jsonValueSchema, modelNameSchema, runFields } from './common.schema';
import { MAX_STEPS } from './limits';
import { ANSWERING_PATTERNS } from './names';
import { modelTaskSchema, taskInputSchema } from './task-input.schema';
import { resultFields } from './usage.schema';

const weight = z.number().positive().max(1_000_000).optional();
const timeoutSeconds = z.number().positive().max(86_400).optional();

export const ensembleMemberSchema = z.union([
  modelNameSchema,
  z.strictObject({ model: modelNameSchema, weight, samples: z.int().min(1).max(100).default(1), timeoutSeconds }),
  z.strictObject({ pattern: z.enum(ANSWERING_PATTERNS), config: jsonObjectSchema, weight, timeoutSeconds }),
]);

export const AGGREGATIONS = [
  'majority_vote',
  'majority',
  'weighted_vote',
  'average',
  'median',
  'collect',
  'judge',
  'rank_and_fuse',
  'mixture_of_agents',
  'universal_self_consistency',
] as const;

/** When to stop asking: enough equal votes, a confident lead, an agreeing window, or the clock. */
export const stopSchema = z.union([
  z.strictObject({ quorum: z.int().min(1).max(1000) }),
  z.strictObject({ adaptive: z.number().gt(0.5).lt(1) }),
  z.strictObject({ window: z.int().min(2).max(100) }),
  z.strictObject({ deadlineSeconds: z.number().positive() }),
]);

export const ensembleInputSchema = z.strictObject({
  task: modelTaskSchema,
  input: taskInputSchema,
  members: z.array(ensembleMemberSchema).min(1).max(MAX_STEPS),
  aggregation: z.enum(AGGREGATIONS).default('majority_vote'),
  tieBreak: z
    .union([z.enum(['first', 'weight', 'abstain']), z.strictObject({ model: modelNameSchema })])
    .default('first'),
  minVotes: z.int().min(1).max(1000).default(1),
  stop: stopSchema.optional(),
  ...runFields,
});
export type EnsembleInput = z.infer<typeof ensembleInputSchema>;

export const ensembleResultSchema = z.strictObject({
  aggregatedResult: jsonValueSchema,
  aggregationMethod: z.enum(AGGREGATIONS),
  individualResults: z.array(
    z.strictObject({
      member: z.int().nonnegative(),
      model: z.string().optional(),
      pattern: z.string().optional(),
      sample: z.int().nonnegative(),
      status: z.enum(['valid', 'invalid', 'failed', 'cancelled']),
      answer: jsonValueSchema.optional(),
      result: jsonValueSchema.optional(),
      usage: jsonValueSchema.optional(),
    }),
  ),
  failures: z.array(jsonValueSchema),
  decision: z.looseObject({
    votes: z.record(z.string(), z.number()),
    share: z.number(),
    margin: z.number(),
    tie: z.boolean(),
    valid: z.int(),
    invalid: z.int(),
    stoppedEarly: z.boolean(),
    saved: jsonValueSchema,
  }),
  ...resultFields,
});
export type EnsembleResult = z.infer<typeof ensembleResultSchema>;
