import { z } from 'zod';
import { extractSchema, normaliseSchema } from './answers.schema';
import { contentReferenceSchema, jsonObjectSchema, jsonValueSchema, runFields } from './common.schema';
import { ANSWERING_PATTERNS } from './names';
import { resultFields } from './usage.schema';

/** Fields of an item that are not laid over `config`: its name in the results, and the answer it should get. */
export const ITEM_FIELDS = ['id', 'expected'] as const;

/** One pattern over many items: each item, without `id` and `expected`, is laid over `config`, one level deep. */
export const batchInputSchema = z.strictObject({
  pattern: z.enum(ANSWERING_PATTERNS),
  config: jsonObjectSchema.default({}),
  items: z.union([z.array(jsonObjectSchema).min(1), contentReferenceSchema]),
  maxParallel: z.int().min(1).max(1000).default(10),
  /** How an item's answer is compared with its `expected`. */
  compare: z
    .strictObject({ extract: extractSchema.optional(), normalise: normaliseSchema.default('value') })
    .optional(),
  ...runFields,
});
export type BatchInput = z.infer<typeof batchInputSchema>;

export const batchResultSchema = z.strictObject({
  results: jsonValueSchema,
  summary: z.looseObject({
    items: z.int(),
    completed: z.int(),
    failed: z.int(),
    /** Completed items with an expected answer, those that got it, and the part of them. */
    labelled: z.int().optional(),
    correct: z.int().optional(),
    accuracy: z.number().optional(),
  }),
  ...resultFields,
});
export type BatchResult = z.infer<typeof batchResultSchema>;
