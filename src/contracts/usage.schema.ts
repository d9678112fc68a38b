import { z } from 'zod';

const shownUsage = {
  calls: z.int().nonnegative(),
  cutCalls: z.int().nonnegative(),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  costUsd: z.number().nonnegative(),
  journalHits: z.int().nonnegative(),
  cacheHits: z.int().nonnegative(),
};

/** Usage as results show it of one part. */
export const shownUsageSchema = z.strictObject(shownUsage);

/** Usage as every result carries it. */
export const usageSchema = z.strictObject({
  ...shownUsage,
  byModel: z.record(z.string(), z.strictObject(shownUsage)),
  byStep: z.record(z.string(), z.strictObject(shownUsage)),
});

/** Fields that every pattern's result carries. */
export const resultFields = {
  usage: usageSchema,
  partial: z.boolean(),
  partialReason: z.string().optional(),
};
