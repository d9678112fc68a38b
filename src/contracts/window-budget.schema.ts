import { z } from 'zod';
import { WINDOWS, WINDOW_AT_CAP } from './window-budget';

/** A cap over all runs with a label, for each minute, hour, day, week or month: of one value, or of each value on its own. */
export const windowBudgetSchema = z
  .strictObject({
    label: z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,62}$/, 'the name of a label'),
    value: z.string().min(1).max(200).optional(),
    window: z.enum(WINDOWS),
    usd: z.number().positive().max(1_000_000).optional(),
    tokens: z.int().positive().optional(),
    calls: z.int().positive().optional(),
    atCap: z.enum(WINDOW_AT_CAP).default('stop'),
  })
  .refine(({ usd, tokens, calls }) => (usd ?? tokens ?? calls) !== undefined, {
    error: 'one of usd, tokens, calls is needed',
  });

/** The budgets of a registry: two lines about the same would be two caps for one ledger. */
export const windowBudgetsSchema = z
  .array(windowBudgetSchema)
  .max(100)
  .superRefine((budgets, context) => {
    const seen = new Set<string>();
    budgets.forEach(({ label, value, window }, index) => {
      const key = JSON.stringify([label, value, window]);
      if (seen.has(key))
        context.addIssue({ code: 'custom', path: [index], message: 'an earlier line is about the same' });
      seen.add(key);
    });
  });
export type WindowBudgetConfig = z.infer<typeof windowBudgetSchema>;
