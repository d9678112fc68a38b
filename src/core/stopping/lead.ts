import type { AnswerGroup } from '../votes/tally';
import { unitOf } from '../votes/vote';
import type { VoteRule } from '../votes/vote';

/** What is still out: valid answers may come from `count` seats, and their weights are at most `weight` together. */
export type Outstanding = { count: number; weight: number };

/** Weight that rounding of sums could hide. */
const TOLERANCE = 1e-9;

/** True where some answer has enough equal votes; under `weighted` enough weight. */
export function quorumReached(groups: readonly AnswerGroup[], quorum: number, rule: VoteRule): boolean {
  return groups.some((group) => unitOf(rule)(group) >= quorum - TOLERANCE);
}

/**
 * True where nothing that is still out can change who wins: the lead is larger than all of it, so that not even a tie can
 * come of it. `majority`: the leader has more than half of all that could still be counted.
 */
export function leadIsSafe(groups: readonly AnswerGroup[], rule: VoteRule, outstanding: Outstanding): boolean {
  if (groups.length === 0) return false;
  if (rule === 'majority') {
    const valid = groups.reduce((sum, { votes }) => sum + votes, 0);
    return groups.some(({ votes }) => votes * 2 > valid + outstanding.count);
  }
  const scores = groups.map(unitOf(rule)).sort((a, b) => b - a);
  const leader = scores[0] as number;
  // An answer that nobody has given yet stands at nothing, which is above an answer with votes against it.
  const runnerUp = Math.max(scores[1] ?? 0, 0);
  if (rule === 'plurality') return leader - runnerUp > outstanding.count;
  const room = TOLERANCE * Math.max(1, Math.abs(leader), outstanding.weight);
  return leader - runnerUp > outstanding.weight + room;
}

/** True where no answer can get more than half any more, even if all that is out went to the leader. */
export function majorityIsOut(groups: readonly AnswerGroup[], outstanding: Outstanding): boolean {
  const valid = groups.reduce((sum, { votes }) => sum + votes, 0);
  const most = groups.reduce((best, { votes }) => Math.max(best, votes), 0);
  return (most + outstanding.count) * 2 <= valid + outstanding.count;
}
