import type { Decision, InvalidReason } from '../../contracts/decision.schema';

/** One place in an ensemble: a member, or one sample of it. `index` is its place in every list, whenever it answers. */
export type Seat = { index: number; member: number; sample: number; model?: string | undefined; weight?: number };

/** What came of a seat. `key` is what the answer is counted under. */
export type Ballot = Seat & Vote;

export type Vote =
  | { status: 'valid'; key: string }
  | { status: 'invalid'; reason: InvalidReason }
  | { status: 'failed' }
  | { status: 'cancelled' };

export type ValidBallot = Ballot & { status: 'valid' };

/** The same ballots by index: what every decision starts with, so that the order of arrival can change nothing. */
export function byIndex<T extends { index: number }>(ballots: readonly T[]): T[] {
  return [...ballots].sort((a, b) => a.index - b.index);
}

/** The ballots that count, by index. */
export function validBallots(ballots: readonly Ballot[]): ValidBallot[] {
  return byIndex(ballots).filter((ballot): ballot is ValidBallot => ballot.status === 'valid');
}

/** How many ballots count, and what became of the others. */
export function countBallots(
  ballots: readonly Ballot[],
): Pick<Decision, 'valid' | 'invalid' | 'invalidReasons' | 'failed' | 'cancelled'> {
  const counts = {
    valid: 0,
    invalid: 0,
    invalidReasons: { empty: 0, truncated: 0, unparsed: 0 },
    failed: 0,
    cancelled: 0,
  };
  for (const ballot of ballots) {
    counts[ballot.status] += 1;
    if (ballot.status === 'invalid') counts.invalidReasons[ballot.reason] += 1;
  }
  return counts;
}
