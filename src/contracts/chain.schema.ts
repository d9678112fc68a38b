import { z } from 'zod';
import {
  expressionSchema,
  jsonObjectSchema,
  jsonValueSchema,
  maxOutputTokensSchema,
  modelNameSchema,
  runFields,
  stepNameSchema,
  temperatureSchema,
} from './common.schema';
import { DEFAULT_MAX_OUTPUT_TOKENS, MAX_STEPS } from './limits';
import { resultFields, shownUsageSchema } from './usage.schema';

/** How an answer's text becomes a value. */
export const outputParserSchema = z.union([
  z.enum(['text', 'json', 'number', 'lines', 'list']),
  z.strictObject({ regex: z.string().min(1).max(1000), group: z.int().nonnegative().default(0) }),
  z.strictObject({ jsonata: expressionSchema }),
  z.strictObject({ schema: jsonObjectSchema }),
]);
export type OutputParser = z.infer<typeof outputParserSchema>;

/**
 * Asked after the step's answer: where the condition holds the chain goes on; otherwise it stops there, or goes back to a
 * step at most so many times in the whole run and then does what `afterwards` says.
 */
const gateSchema = z.strictObject({
  condition: expressionSchema,
  otherwise: z.union([
    z.literal('stop'),
    z.strictObject({
      goBackTo: stepNameSchema,
      times: z.int().min(1).max(100),
      afterwards: z.enum(['stop', 'goOn', 'fail']).default('stop'),
    }),
  ]),
});

export const chainStepSchema = z.strictObject({
  name: stepNameSchema,
  promptTemplate: z.string().min(1).max(1_000_000),
  system: z.string().max(1_000_000).optional(),
  model: modelNameSchema.optional(),
  temperature: temperatureSchema.default(0.3),
  maxOutputTokens: maxOutputTokensSchema.default(DEFAULT_MAX_OUTPUT_TOKENS),
  outputParser: outputParserSchema.default('text'),
  condition: expressionSchema.optional(),
  gate: gateSchema.optional(),
});

export type ChainStep = z.infer<typeof chainStepSchema>;

export const chainInputSchema = z.strictObject({
  initialPrompt: jsonValueSchema,
  steps: z.array(chainStepSchema).min(1).max(MAX_STEPS),
  ...runFields,
});
export type ChainInput = z.infer<typeof chainInputSchema>;

export const chainResultSchema = z.strictObject({
  finalOutput: jsonValueSchema,
  chainResults: z.array(
    z.strictObject({
      step: z.string(),
      /** Counts the runs of a step that a gate goes back to: from 1 for its second, left out for its first. */
      run: z.int().positive().optional(),
      prompt: jsonValueSchema,
      /** What the parser made of the answer; later templates see it under the name of the step. */
      response: jsonValueSchema,
      /** The answer's text, where a parser made something else of it. */
      raw: jsonValueSchema.optional(),
      model: z.string().optional(),
      durationSeconds: z.number().nonnegative().optional(),
      usage: shownUsageSchema.optional(),
    }),
  ),
  context: jsonValueSchema,
  /** The step whose gate stopped the chain before its end. */
  stoppedAt: z.string().optional(),
  ...resultFields,
});
export type ChainResult = z.infer<typeof chainResultSchema>;
