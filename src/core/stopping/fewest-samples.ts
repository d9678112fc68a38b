import type { AdaptiveCriterion } from '../../contracts/answers.schema';
import type { VoteCounts } from './adaptive-consistency';
import { leaderProbability, testConsistency, topTwo } from './adaptive-consistency';

/** No ensemble asks for more at once. */
const MOST_AT_ONCE = 100;

/**
 * The votes that a leader needs against a runner-up for the beta criterion to stop: 4 against none, 6 against one, 8
 * against two, at 0.95.
 * @throws RangeError where the threshold is not strictly between 0.5 and 1: below it every leader would do, 1 none
 */
export function votesToStop(runnerUp: number, threshold: number): number {
  if (!(threshold > 0.5 && threshold < 1)) {
    throw new RangeError(`threshold: must be between 0.5 and 1, got ${threshold}`);
  }
  let leader = runnerUp + 1;
  while (leaderProbability(leader, runnerUp) < threshold) leader += 1;
  return leader;
}

/**
 * The fewest further votes after which a criterion can stop: all of them for the leader. Asking that many at once never
 * asks more in all than asking one after the other, because no shorter way to a stop exists; so the rule keeps its exact
 * stopping point and runs in parallel. At most 100, and 1 for entropy, where no such bound is known.
 */
export function fewestSamples(counts: VoteCounts, criterion: AdaptiveCriterion, threshold: number): number {
  if (criterion === 'entropy') return 1;
  const { leader, runnerUp } = topTwo(counts);
  if (criterion === 'beta' && threshold > 0.5 && threshold < 1) {
    const needed = votesToStop(runnerUp, threshold) - leader;
    return Math.min(MOST_AT_ONCE, Math.max(1, needed));
  }
  const others = counts.length === 0 ? [0] : [...counts].sort((a, b) => b - a);
  for (let more = 1; more < MOST_AT_ONCE; more += 1) {
    const grown = [(others[0] ?? 0) + more, ...others.slice(1)];
    if (testConsistency(grown, criterion, threshold).stop) return more;
  }
  return MOST_AT_ONCE;
}
