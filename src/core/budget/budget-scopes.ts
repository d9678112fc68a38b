import type { Amounts, AtCap, BudgetScope } from '../../contracts/budget';

/** A budget as an input has it, in its normal form. */
export type GivenBudget = {
  usd?: number | undefined;
  tokens?: number | undefined;
  calls?: number | undefined;
  seconds?: number | undefined;
  atCap: AtCap;
};

/** The budgets that a pattern's calls draw on: those it was started under, then its own. `now` in milliseconds. */
export function budgetScopes(
  inherited: readonly BudgetScope[] | undefined,
  own: GivenBudget | undefined,
  scope: string,
  now: number,
): BudgetScope[] {
  if (!own) return [...(inherited ?? [])];
  const { seconds, atCap } = own;
  const mine: BudgetScope = {
    scope,
    caps: capsOf(own),
    ...(seconds === undefined ? {} : { until: now + Math.round(seconds * 1000) }),
    atCap,
  };
  return [...(inherited ?? []), mine];
}

/** Caps as a person writes them, as amounts. */
export function capsOf({ usd, tokens, calls }: Pick<GivenBudget, 'usd' | 'tokens' | 'calls'>): Partial<Amounts> {
  return {
    // Rounded down: a cap is never a fraction of a nano-dollar more than it says.
    ...(usd === undefined ? {} : { costNanoUsd: Math.floor(usd * 1e9 + 1e-6) }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(calls === undefined ? {} : { calls }),
  };
}
