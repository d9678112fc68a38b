import { z } from 'zod';
import { expressionSchema, jsonValueSchema, modelNameSchema, runFields } from './common.schema';
import { modelTaskSchema, taskInputSchema } from './task-input.schema';
import { resultFields } from './usage.schema';

/** A score is accepted strictly above its threshold. */
const acceptSchema = z.union([
  z.strictObject({ score: z.number().min(0).max(1) }),
  z.strictObject({ when: expressionSchema }),
]);

const stageSchema = z.strictObject({
  model: modelNameSchema,
  accept: acceptSchema.optional(),
  transform: expressionSchema.optional(),
});

export const cascadeInputSchema = z
  .strictObject({
    task: modelTaskSchema,
    input: taskInputSchema,
    mode: z.enum(['escalate', 'pipe']).default('escalate'),
    stages: z.array(stageSchema).min(1).max(50),
    onAllRejected: z.enum(['last', 'best', 'fail']).default('last'),
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

export const cascadeResultSchema = z.strictObject({
  finalResult: jsonValueSchema,
  cascadeResults: z.array(
    z.strictObject({
      model: z.string(),
      input: jsonValueSchema,
      output: jsonValueSchema,
      score: z.number().optional(),
      accepted: z.boolean(),
    }),
  ),
  ...resultFields,
});
export type CascadeResult = z.infer<typeof cascadeResultSchema>;
