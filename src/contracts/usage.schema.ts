import { z } from 'zod';
import { AT_CAP } from './budget';

const shownUsage = {
  calls: z.int().nonnegative(),
  cutCalls: z.int().nonnegative(),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  costUsd: z.number().nonnegative(),
  journalHits: z.int().nonnegative(),
  cacheHits: z.int().nonnegative(),
  /** Of models without a price. */
  unpricedCalls: z.int().positive().optional(),
};

/** Usage as results show it of one part. */
export const shownUsageSchema = z.strictObject(shownUsage);

/** Usage as every result carries it. */
export const usageSchema = z.strictObject({
  ...shownUsage,
  byModel: z.record(z.string(), z.strictObject(shownUsage)),
  byStep: z.record(z.string(), z.strictObject(shownUsage)),
});

const amounts = z.strictObject({
  usd: z.number().nonnegative(),
  tokens: z.int().nonnegative(),
  calls: z.int().nonnegative(),
});
const split = { settled: amounts, unknown: amounts, reserved: amounts };

/**
 * What became of a run's budget, settled, unknown (calls whose outcome never arrived, at their worst case), still reserved
 * and unused: for each capped amount they add up to the cap.
 */
export const budgetReportSchema = z.strictObject({
  caps: amounts.extend({ seconds: z.number().positive() }).partial(),
  atCap: z.enum(AT_CAP),
  ...split,
  unused: amounts.partial(),
  /** Calls that did not fit. */
  refused: z.int().nonnegative(),
  byModel: z.record(z.string(), z.strictObject(split)),
  byStep: z.record(z.string(), z.strictObject(split)),
});
export type BudgetReport = z.infer<typeof budgetReportSchema>;

/** What a run has used, and what became of its own budget where it has one. */
export type RunAccount = { usage: z.infer<typeof usageSchema>; budget?: BudgetReport };

/** Fields that every pattern's result carries. */
export const resultFields = {
  usage: usageSchema,
  budget: budgetReportSchema.optional(),
  partial: z.boolean(),
  partialReason: z.string().optional(),
};
