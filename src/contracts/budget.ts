/** What a call uses, or may use: money in nano-dollars, input and output tokens together, requests. */
export type Amounts = { costNanoUsd: number; tokens: number; calls: number };

/** Each amount that a cap may hold. */
export const AMOUNTS = ['costNanoUsd', 'tokens', 'calls'] as const satisfies readonly (keyof Amounts)[];

/** What happens where the next call could cost more than is left. */
export const AT_CAP = ['stop', 'cheaper', 'wait', 'ask'] as const;
export type AtCap = (typeof AT_CAP)[number];

/**
 * The budget of one run, or of a pattern inside it: calls whose journal path starts with `scope` draw on it, those of
 * steps, members and children too. A call has to fit every budget that it draws on.
 */
export type BudgetScope = {
  scope: string;
  caps: Partial<Amounts>;
  /** No call leaves after this time: milliseconds since 1970. */
  until?: number;
  atCap: AtCap;
};

/**
 * What a budget has come to. `settled` is what answers have cost, `unknown` the worst case of calls whose outcome never
 * arrived, `reserved` that of calls that are out; with `unused`, these add up to the cap.
 */
export type BudgetAmounts = {
  settled: Amounts;
  unknown: Amounts;
  reserved: Amounts;
};

/** A budget as the ledger has it: in all, by the model that was asked, and by the step that asked. */
export type BudgetState = BudgetAmounts & {
  caps: Partial<Amounts>;
  /** Calls that did not fit. */
  refused: number;
  byModel: Record<string, BudgetAmounts>;
  byStep: Record<string, BudgetAmounts>;
};
