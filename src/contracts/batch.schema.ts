import { z } from 'zod';
import { agreementSchema } from './agreement.schema';
import { extractSchema, normaliseSchema } from './answers.schema';
import { contentReferenceSchema, jsonObjectSchema, jsonValueSchema, runFields } from './common.schema';
import { errorSchema } from './envelope.schema';
import { MAX_PARALLEL_ITEMS } from './limits';
import { ANSWERING_PATTERNS } from './names';
import { resultFields } from './usage.schema';

/** One pattern over many items: each item, without `id` and `expected`, is laid over `config`, one level deep. */
export const batchInputSchema = z.strictObject({
  pattern: z.enum(ANSWERING_PATTERNS),
  config: jsonObjectSchema.default({}),
  /** In place, or as one stored list. */
  items: z.union([z.array(jsonObjectSchema).min(1), contentReferenceSchema]),
  maxParallel: z.int().min(1).max(MAX_PARALLEL_ITEMS).default(10),
  /** How an item's answer is compared with its `expected`. */
  compare: z
    .strictObject({ extract: extractSchema.optional(), normalise: normaliseSchema.default('value') })
    .optional(),
  ...runFields,
});
export type BatchInput = z.infer<typeof batchInputSchema>;

const count = z.int().nonnegative();

/** How one item ended. `item` is its index in the list, from 0. */
export const itemResultSchema = z.strictObject({
  item: count,
  id: z.string().optional(),
  status: z.enum(['completed', 'failed', 'cancelled']),
  output: jsonValueSchema.optional(),
  expected: jsonValueSchema.optional(),
  correct: z.boolean().optional(),
  error: errorSchema.optional(),
  seconds: z.number().nonnegative(),
  usage: z.strictObject({ calls: count, costUsd: z.number().nonnegative() }),
});
export type ItemResult = z.infer<typeof itemResultSchema>;

export const batchSummarySchema = z.strictObject({
  items: count,
  completed: count,
  failed: count,
  /** Started, and cut off by a cancel. */
  cancelled: count,
  /** Never started. */
  notStarted: count,
  /** Completed items with an expected answer, those that got it, and the part of them. */
  labelled: count.optional(),
  correct: count.optional(),
  accuracy: z.number().optional(),
  /** Mean over the items that ended by themselves. */
  secondsPerItem: z.number().optional(),
  costUsdPerItem: z.number().optional(),
  /** How many items failed of what, and the first of them. */
  failures: z.record(z.string(), count),
  firstFailures: z.array(z.strictObject({ item: count, id: z.string().optional(), error: errorSchema })),
  /** Batches over ensembles: how members agree, over all completed items. */
  agreement: agreementSchema.optional(),
});
export type BatchSummary = z.infer<typeof batchSummarySchema>;

export const batchResultSchema = z.strictObject({
  /** A list of `ItemResult` by index, as one content reference where it is long; null before the end. */
  results: jsonValueSchema,
  summary: batchSummarySchema,
  ...resultFields,
});
export type BatchResult = z.infer<typeof batchResultSchema>;
