import type { Amounts } from '../../contracts/budget';
import { AMOUNTS } from '../../contracts/budget';
import type { UsageCounts } from '../../contracts/usage';

/** Nothing. */
export const NO_AMOUNTS: Amounts = { costNanoUsd: 0, tokens: 0, calls: 0 };

/** Sum, amount by amount. */
export function addAmounts(a: Amounts, b: Amounts): Amounts {
  return { costNanoUsd: a.costNanoUsd + b.costNanoUsd, tokens: a.tokens + b.tokens, calls: a.calls + b.calls };
}

/** Difference, amount by amount. */
export function minusAmounts(a: Amounts, b: Amounts): Amounts {
  return { costNanoUsd: a.costNanoUsd - b.costNanoUsd, tokens: a.tokens - b.tokens, calls: a.calls - b.calls };
}

/** The first amount of which more would be used than the cap has; undefined where all fit. */
export function overCap(used: Amounts, caps: Partial<Amounts>): keyof Amounts | undefined {
  return AMOUNTS.find((name) => used[name] > (caps[name] ?? Number.POSITIVE_INFINITY));
}

/** One request's amounts, as the journal counts its cost. */
export function amountsOf(cost: Pick<UsageCounts, 'costNanoUsd' | 'inputTokens' | 'outputTokens'>): Amounts {
  return { costNanoUsd: cost.costNanoUsd, tokens: cost.inputTokens + cost.outputTokens, calls: 1 };
}
