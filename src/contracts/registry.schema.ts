import { z } from 'zod';
import { DEFAULT_BREAKER, DEFAULT_MAX_ANSWER_BYTES } from './limits';
import { CACHE_SHARED, CAPABILITIES } from './model';
import { MODEL_TASKS } from './names';
import { windowBudgetsSchema } from './window-budget.schema';

const price = z.strictObject({ input: z.number().nonnegative(), output: z.number().nonnegative() });

const breakerSchema = z.strictObject({
  failures: z.int().positive().max(1_000).default(DEFAULT_BREAKER.failures),
  openSeconds: z.number().positive().max(3_600).default(DEFAULT_BREAKER.openSeconds),
});

/** `openai` is any OpenAI-compatible endpoint; its key is read from the variable that `apiKeyEnv` names. */
export const openAiProviderSchema = z.strictObject({
  type: z.literal('openai'),
  baseUrl: z.url({ protocol: /^https?$/ }),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
    .optional(),
  /** Over all Workers. */
  requestsPerMinute: z.int().positive().max(1_000_000).optional(),
  tokensPerMinute: z.int().positive().optional(),
  /** Requests at once, in each Worker. */
  maxConcurrent: z.int().positive().max(10_000).optional(),
  /** When a provider that fails is left alone for a while. */
  breaker: breakerSchema.default(DEFAULT_BREAKER),
  /** Name of the field that limits output: older endpoints know `max_tokens` only. */
  maxTokensField: z.enum(['max_tokens', 'max_completion_tokens']).default('max_tokens'),
  /** How the endpoint takes a JSON Schema; `none` puts it into the prompt. */
  structuredOutput: z.enum(['json_schema', 'json_object', 'none']).default('json_schema'),
  /** Samples of one prompt that one request may ask for (`n`); 1 where the endpoint does not know the field. */
  samplesPerRequest: z.int().min(1).max(128).default(1),
  /** Longest wait for one answer. */
  timeoutSeconds: z.number().positive().max(3600).default(120),
  /** The largest answer that is read. */
  maxAnswerBytes: z.int().min(1024).max(1_073_741_824).default(DEFAULT_MAX_ANSWER_BYTES),
});
export type OpenAiProviderConfig = z.infer<typeof openAiProviderSchema>;

/** The response cache of a model; without it nothing is kept. */
const cacheSchema = z.strictObject({
  /** How long an answer counts. */
  ttlSeconds: z.int().positive().max(31_536_000).default(86_400),
  /** Within one run with all that runs inside it, or over the runs of a namespace and tenant. */
  shared: z.enum(CACHE_SHARED).default('run'),
  /** Also answers that were drawn with a temperature. */
  sampled: z.boolean().default(false),
});

export const modelSchema = z.strictObject({
  provider: z.string().min(1),
  model: z.string().min(1),
  price: price.optional(),
  contextTokens: z.int().positive().optional(),
  capabilities: z.array(z.enum(CAPABILITIES)).optional(),
  /** Who answers in its place where it is not to be had, in this order. */
  fallback: z.array(z.string().min(1)).max(10).optional(),
  /** Longest wait for it that a fallback is not worth. */
  fallbackAfterSeconds: z.number().nonnegative().max(86_400).optional(),
  cache: cacheSchema.optional(),
});
export type ModelConfig = z.infer<typeof modelSchema>;

/**
 * The model registry as a person writes it. `builtin` and `local` need no line under `providers`.
 * That names fit together (providers, fallbacks, tasks) is checked by the gateway, which knows them all.
 */
export const registrySchema = z.strictObject({
  providers: z.record(z.string().min(1), openAiProviderSchema).default({}),
  models: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/), modelSchema),
  tasks: z.partialRecord(z.enum([...MODEL_TASKS, 'default']), z.string().min(1)).default({}),
  /** Caps by label and window: the operator's, over all runs. */
  budgets: windowBudgetsSchema.default([]),
});
export type RegistryConfig = z.infer<typeof registrySchema>;
