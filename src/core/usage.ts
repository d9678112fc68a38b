import type { CallUsage, ShownUsage, Usage, UsageCounts } from '../contracts/usage';

/** Nothing used. */
export const NO_USAGE: UsageCounts = {
  calls: 0,
  cutCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  costNanoUsd: 0,
  journalHits: 0,
  cacheHits: 0,
};

/** Sum of two counts, field by field. */
export function addCounts(a: UsageCounts, b: UsageCounts): UsageCounts {
  const unpricedCalls = (a.unpricedCalls ?? 0) + (b.unpricedCalls ?? 0);
  return {
    ...(unpricedCalls > 0 ? { unpricedCalls } : {}),
    calls: a.calls + b.calls,
    cutCalls: a.cutCalls + b.cutCalls,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    costNanoUsd: a.costNanoUsd + b.costNanoUsd,
    journalHits: a.journalHits + b.journalHits,
    cacheHits: a.cacheHits + b.cacheHits,
  };
}

/** Sum of what several calls used, by model. */
export function addUsage(...usages: CallUsage[]): CallUsage {
  const byModel: Record<string, UsageCounts> = {};
  for (const usage of usages) {
    for (const [model, counts] of Object.entries(usage.byModel)) {
      const known = Object.hasOwn(byModel, model) ? byModel[model] : undefined;
      byModel[model] = addCounts(known ?? NO_USAGE, counts);
    }
  }
  return { byModel };
}

/** The total over all models. */
export function totalOf(usage: CallUsage): UsageCounts {
  return Object.values(usage.byModel).reduce(addCounts, NO_USAGE);
}

/** Counts as results show them: money in US dollars. */
export function showCounts({ costNanoUsd, ...counts }: UsageCounts): ShownUsage {
  return { ...counts, costUsd: costNanoUsd / 1e9 };
}

/** The usage of a run from that of its steps. Sums are made in integers; dollars are derived last. */
export function showUsage(bySteps: Record<string, CallUsage>): Usage {
  const all = addUsage(...Object.values(bySteps));
  return {
    ...showCounts(totalOf(all)),
    byModel: mapValues(all.byModel, showCounts),
    byStep: mapValues(bySteps, (usage) => showCounts(totalOf(usage))),
  };
}

/** The usage of a child by model, back from how its result shows it. Exact: dollars below a million have their nanos. */
export function fromShown({ byModel }: Pick<Usage, 'byModel'>): CallUsage {
  return {
    byModel: mapValues(byModel, ({ costUsd, ...counts }) => ({ ...counts, costNanoUsd: Math.round(costUsd * 1e9) })),
  };
}

function mapValues<A, B>(record: Record<string, A>, to: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}
