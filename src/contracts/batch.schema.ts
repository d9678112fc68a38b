import { z } from 'zod';
import { contentReferenceSchema, jsonObjectSchema, jsonValueSchema, runFields } from './common.schema';
import { ANSWERING_PATTERNS } from './names';
import { resultFields } from './usage.schema';

/** One pattern over many items: each item is laid over `config`, one level deep. */
export const batchInputSchema = z.strictObject({
  pattern: z.enum(ANSWERING_PATTERNS),
  config: jsonObjectSchema.default({}),
  items: z.union([z.array(jsonObjectSchema).min(1), contentReferenceSchema]),
  maxParallel: z.int().min(1).max(1000).default(10),
  ...runFields,
});
export type BatchInput = z.infer<typeof batchInputSchema>;

export const batchResultSchema = z.strictObject({
  results: jsonValueSchema,
  summary: z.looseObject({ items: z.int(), completed: z.int(), failed: z.int() }),
  ...resultFields,
});
export type BatchResult = z.infer<typeof batchResultSchema>;
