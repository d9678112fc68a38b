import { z } from 'zod';
import { extractSchema, normaliseSchema } from './answers.schema';
import { expressionSchema, jsonObjectSchema, jsonValueSchema, modelNameSchema, runFields } from './common.schema';
import { modelTaskSchema, taskInputSchema } from './task-input.schema';
import { resultFields } from './usage.schema';

const share = z.number().min(0).max(1);

/** One threshold: accepted strictly above it. Two: accepted above, hopeless below, the next stage between them. */
export const thresholdSchema = z.union([
  share,
  z.strictObject({ above: share, below: share }).refine(({ above, below }) => below <= above, {
    error: 'must not be over above',
    path: ['below'],
  }),
]);
export type Threshold = z.output<typeof thresholdSchema>;

/**
 * When a stage's answer is good enough: by its own score, by the share of its samples that agree, by the share of a
 * verifier's verdicts that say so, by a JSON Schema it fits, or by an expression.
 */
export const acceptSchema = z.union([
  z.strictObject({ score: thresholdSchema }),
  z.strictObject({
    selfConsistency: z.strictObject({
      samples: z.int().min(2).max(100).default(5),
      share: thresholdSchema,
      temperature: z.number().min(0).max(2).default(0.7),
      extract: extractSchema.optional(),
      normalise: normaliseSchema.default('value'),
    }),
  }),
  z.strictObject({
    verifier: z.strictObject({
      model: modelNameSchema,
      share: thresholdSchema,
      samples: z.int().min(1).max(100).default(8),
      temperature: z.number().min(0).max(2).default(1),
      instructions: z.string().min(1).max(100_000).optional(),
    }),
  }),
  z.strictObject({ schema: jsonObjectSchema }),
  z.strictObject({ when: expressionSchema }),
]);
export type Accept = z.output<typeof acceptSchema>;

/** A JSONata expression, or the name of a function registered on the Worker. */
const transformSchema = z.union([expressionSchema, z.strictObject({ handler: z.string().min(1).max(100) })]);

/** Without `accept` any answer is taken: the next stage is then asked only where this one fails. */
const stageSchema = z.strictObject({
  model: modelNameSchema,
  accept: acceptSchema.optional(),
  transform: transformSchema.optional(),
});

export const ON_ALL_REJECTED = ['last', 'best', 'fail'] as const;
export type OnAllRejected = (typeof ON_ALL_REJECTED)[number];

export const cascadeInputSchema = z
  .strictObject({
    task: modelTaskSchema,
    input: taskInputSchema,
    mode: z.enum(['escalate', 'pipe']).default('escalate'),
    stages: z.array(stageSchema).min(1).max(50),
    onAllRejected: z.enum(ON_ALL_REJECTED).default('last'),
    ...runFields,
  })
  .superRefine((cascade, context) => {
    cascade.stages.forEach((stage, index) => {
      const stray = cascade.mode === 'pipe' ? 'accept' : 'transform';
      if (stage[stray] !== undefined) {
        context.addIssue({
          code: 'custom',
          path: ['stages', index, stray],
          message: `has no meaning in mode ${cascade.mode}`,
        });
      }
    });
  });
export type CascadeInput = z.infer<typeof cascadeInputSchema>;

/** What became of a stage's answer; `hopeless` is below the lower of two thresholds, and ends the cascade. */
export const STAGE_VERDICTS = ['accepted', 'deferred', 'hopeless'] as const;
export type StageVerdict = (typeof STAGE_VERDICTS)[number];

export const cascadeResultSchema = z.strictObject({
  finalResult: jsonValueSchema,
  cascadeResults: z.array(
    z.strictObject({
      model: z.string(),
      /** The fallback that answered in the model's place. */
      answeredBy: z.string().optional(),
      input: jsonValueSchema,
      output: jsonValueSchema,
      score: z.number().optional(),
      accepted: z.boolean(),
      verdict: z.enum(STAGE_VERDICTS).optional(),
      /** The rule and its numbers, in words. */
      reason: z.string().optional(),
    }),
  ),
  /** The stage whose answer `finalResult` is, and whether it was accepted or is what `onAllRejected` left. */
  decision: z
    .strictObject({ stage: z.int().nonnegative(), accepted: z.boolean(), by: z.enum(['accepted', 'last', 'best']) })
    .optional(),
  ...resultFields,
});
export type CascadeResult = z.infer<typeof cascadeResultSchema>;
