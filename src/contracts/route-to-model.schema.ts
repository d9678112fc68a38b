import { z } from 'zod';
import { expressionSchema, jsonValueSchema, modelNameSchema, runFields } from './common.schema';
import { modelTaskSchema, taskInputSchema } from './task-input.schema';
import { resultFields } from './usage.schema';

const rulesSelectorSchema = z
  .array(z.strictObject({ when: expressionSchema, model: modelNameSchema }))
  .min(1)
  .max(100);

/** Which model answers: an explicit `model`, rules in order, or nothing: the registry's tasks. */
export const routeToModelInputSchema = z.strictObject({
  task: modelTaskSchema,
  input: taskInputSchema,
  model: modelNameSchema.optional(),
  selector: rulesSelectorSchema.optional(),
  ...runFields,
});
export type RouteToModelInput = z.infer<typeof routeToModelInputSchema>;

export const routeToModelResultSchema = z.strictObject({
  modelUsed: z.string(),
  result: jsonValueSchema,
  reason: z.string(),
  ...resultFields,
});
export type RouteToModelResult = z.infer<typeof routeToModelResultSchema>;
