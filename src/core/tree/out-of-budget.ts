import type { FailureInfo } from '../../contracts/failures';

/**
 * What came back, without that for which nothing was left to spend: such a node was not refused, it was not asked about,
 * and stays open. `why` is there where that has happened, and ends the search with what it has.
 */
export function withoutUnpaid<O extends { node: number } | { node: number; failure: FailureInfo }>(
  outcomes: readonly O[],
): { outcomes: O[]; why?: string } {
  const unpaid = (outcome: O) => ('failure' in outcome ? (outcome as { failure: FailureInfo }).failure : undefined);
  const isUnpaid = (outcome: O) => unpaid(outcome)?.type === 'BudgetExceeded';
  const first = outcomes.find(isUnpaid);
  if (!first) return { outcomes: [...outcomes] };
  return { outcomes: outcomes.filter((outcome) => !isUnpaid(outcome)), why: unpaid(first)?.message ?? '' };
}
