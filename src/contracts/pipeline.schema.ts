import { z } from 'zod';
import type { FailureType } from './failures';
import { isFailureType } from './failures';
import {
  documentReferenceSchema,
  expressionSchema,
  jsonObjectSchema,
  jsonValueSchema,
  runFields,
  stepNameSchema,
} from './common.schema';
import { inputMappingSchema } from './input-mapping.schema';
import { MAX_STEPS, MAX_WAIT_SECONDS } from './limits';
import { callbacksSchema, deliverySchema } from './callbacks.schema';
import { ANSWERING_PATTERNS, DEFINITION_NAME_PATTERN } from './names';
import { STEP_STATUSES } from './run';
import { resultFields } from './usage.schema';

export const TRIGGERS = ['all_success', 'one_success', 'none_failed', 'all_done'] as const;
export type Trigger = (typeof TRIGGERS)[number];

const approvalSchema = z.strictObject({
  message: z.string().min(1).max(2000),
  timeoutSeconds: z.number().positive().max(MAX_WAIT_SECONDS).optional(),
  onTimeout: z.enum(['approve', 'reject', 'fail']).default('fail'),
});

const forEachSchema = z.strictObject({
  items: z.string().min(1),
  as: stepNameSchema.default('item'),
  maxParallel: z.int().min(1).max(1000).default(10),
});

export const stepSchema = z
  .strictObject({
    name: stepNameSchema,
    handler: z.string().min(1).optional(),
    pattern: z.enum(ANSWERING_PATTERNS).optional(),
    approval: approvalSchema.optional(),
    wait: z.strictObject({ seconds: z.number().positive().max(MAX_WAIT_SECONDS) }).optional(),
    inputs: z.record(z.string().min(1), inputMappingSchema).default({}),
    config: jsonObjectSchema.default({}),
    condition: expressionSchema.optional(),
    transform: expressionSchema.optional(),
    dependsOn: z.array(stepNameSchema).default([]),
    trigger: z.enum(TRIGGERS).default('all_success'),
    forEach: forEachSchema.optional(),
    onFailure: z.union([z.enum(['fail', 'continue']), z.strictObject({ default: jsonValueSchema })]).default('fail'),
    retryCount: z.int().min(1).max(100).optional(),
    timeoutSeconds: z.number().positive().max(86_400).optional(),
  })
  .superRefine((step, context) => {
    const kinds = (['handler', 'pattern', 'approval', 'wait'] as const).filter((kind) => step[kind] !== undefined);
    if (kinds.length !== 1) {
      const given = kinds.length === 0 ? 'none of them' : kinds.join(' and ');
      context.addIssue({
        code: 'custom',
        message: `takes exactly one of handler, pattern, approval, wait; got ${given}`,
      });
    }
    if (step.handler !== undefined || step.pattern !== undefined) return;
    for (const field of ['forEach', 'transform', 'timeoutSeconds', 'retryCount'] as const) {
      if (step[field] !== undefined) {
        context.addIssue({ code: 'custom', path: [field], message: 'belongs to a step with a handler or a pattern' });
      }
    }
  });
export type Step = z.infer<typeof stepSchema>;

export const stepsSchema = z.array(stepSchema).min(1).max(MAX_STEPS);

/** A definition: a named pipeline as data. `output` maps result fields to references, as `inputs` does. */
export const definitionSchema = z.strictObject({
  name: stepNameSchema,
  description: z.string().max(2000).optional(),
  /** JSON Schema of the pipeline's `input`. */
  input: jsonObjectSchema.optional(),
  steps: stepsSchema,
  output: z.union([inputMappingSchema, z.record(z.string().min(1), inputMappingSchema)]).optional(),
  /** Who is told of the end of a step. */
  callbacks: callbacksSchema.optional(),
  createdAt: z.iso.datetime().optional(),
});
export type Definition = z.infer<typeof definitionSchema>;

export const pipelineInputSchema = z
  .strictObject({
    /** Its name, or `name@version` with the first six or more characters of a version. */
    definition: z.string().regex(DEFINITION_NAME_PATTERN, 'the name of a definition, or name@version').optional(),
    steps: stepsSchema.optional(),
    output: definitionSchema.shape.output,
    /** Settings laid over the `config` of single steps, one level deep: `{ summary: { model: gpt4 } }`. */
    config: z.record(stepNameSchema, jsonObjectSchema).default({}),
    /** Besides those of the definition. */
    callbacks: callbacksSchema.optional(),
    failFast: z.boolean().default(true),
    maxParallel: z.int().min(1).max(1000).default(50),
    /** Outputs of steps that are not run, taken from an earlier run of the same steps. */
    earlierOutputs: z.record(stepNameSchema, jsonValueSchema).default({}),
    /** JSON, or a document that the client has stored. */
    input: z.union([documentReferenceSchema, jsonValueSchema]).default(null),
    ...runFields,
  })
  .superRefine((pipeline, context) => {
    if ((pipeline.definition === undefined) === (pipeline.steps === undefined)) {
      context.addIssue({ code: 'custom', message: 'takes exactly one of definition and steps' });
    }
    if (pipeline.definition !== undefined && pipeline.output !== undefined) {
      context.addIssue({ code: 'custom', path: ['output'], message: 'belongs to a pipeline with steps of its own' });
    }
  });
export type PipelineInput = z.infer<typeof pipelineInputSchema>;

export const stepResultSchema = z.strictObject({
  stepName: z.string(),
  status: z.enum(STEP_STATUSES),
  output: jsonValueSchema.optional(),
  durationSeconds: z.number().nonnegative(),
  attempts: z.int().nonnegative(),
  models: z.array(z.string()).optional(),
  /** Models that were asked first and gave no answer, and the failure of each. */
  passedOver: z.array(z.strictObject({ model: z.string(), type: z.custom<FailureType>(isFailureType) })).optional(),
  error: z.strictObject({ type: z.string(), message: z.string(), field: z.string().optional() }).optional(),
  reason: z.string().optional(),
});
export type StepResult = z.infer<typeof stepResultSchema>;

export const pipelineResultSchema = z.strictObject({
  results: z.record(z.string(), stepResultSchema),
  output: jsonValueSchema,
  success: z.boolean(),
  definition: z.strictObject({ name: z.string(), version: z.string() }).optional(),
  /** What became of each callback, in the order of the steps' ends. */
  callbacks: z.array(deliverySchema).optional(),
  ...resultFields,
});
export type PipelineResult = z.infer<typeof pipelineResultSchema>;
