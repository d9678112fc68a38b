/**
 * What a run, a step or a call has used. `calls` counts requests sent, with retries, fallbacks and repairs;
 * `cutCalls` are those among them whose outcome never arrived (settled at their worst case).
 */
export type UsageCounts = {
  calls: number;
  cutCalls: number;
  inputTokens: number;
  outputTokens: number;
  /** US dollars times 10^9, an integer; each call is rounded up. */
  costNanoUsd: number;
  journalHits: number;
  cacheHits: number;
  /** Those of `calls` whose model has no price in the registry: what they cost is not known. Left out where there are none. */
  unpricedCalls?: number | undefined;
};

/** Usage of one activity: totals for each model that answered or was tried. */
export type CallUsage = { byModel: Record<string, UsageCounts> };

/** Usage as results show it: `costUsd` is derived from the integer sums. */
export type Usage = ShownUsage & { byModel: Record<string, ShownUsage>; byStep: Record<string, ShownUsage> };

export type ShownUsage = Omit<UsageCounts, 'costNanoUsd'> & { costUsd: number };
