import type { AdaptiveCriterion } from '../../contracts/answers.schema';

/** Counts of equal answers, in any order. */
export type VoteCounts = readonly number[];

/** Adaptive-Consistency's own thresholds. `beta` and `majority` stop at or above, `entropy` at or below. */
export const ADAPTIVE_DEFAULTS = { beta: 0.95, majority: 0.8, entropy: 0.75 } as const satisfies Record<
  AdaptiveCriterion,
  number
>;

/**
 * How likely the leader of two answers is the true majority, given their votes (Adaptive-Consistency, Aggarwal et al.
 * 2023): the integral of x^a (1-x)^b over [1/2, 1] by that over [0, 1]. In closed form, without integration, this is
 * the sum of C(n, k) / 2^n for k = 0..a with n = a + b + 1.
 *
 * Summed from the middle outwards, where terms are largest: nothing overflows or vanishes however many votes there are,
 * and only the four basic operations are used, whose result is the same on every machine that replays it.
 */
export function leaderProbability(leader: number, runnerUp: number): number {
  if (leader < runnerUp) return 1 - leaderProbability(runnerUp, leader);
  const n = leader + runnerUp + 1;
  const from = Math.ceil(n / 2);
  let term = middleTerm(from);
  // C(n, k) for k from the middle to a; by symmetry those from b + 1 to the middle are the same ones.
  let above = 0;
  for (let k = from; k <= leader; k += 1) {
    above += n % 2 === 0 && k === from ? term / 2 : term;
    term *= (n - k) / (k + 1);
  }
  return Math.min(1, 0.5 + above);
}

/** C(n, ceil(n/2)) / 2^n, which is C(2m, m) / 4^m for m = ceil(n/2): a product of m factors below 1. */
function middleTerm(m: number): number {
  let term = 1;
  for (let i = 1; i <= m; i += 1) term *= (2 * i - 1) / (2 * i);
  return term;
}

/** The leader's part of all votes; undefined with fewer than two, which say nothing. */
export function majorityShare(counts: VoteCounts): number | undefined {
  const total = sum(counts);
  return total < 2 ? undefined : Math.max(...counts) / total;
}

/**
 * Entropy of the votes by that of as many answers with equally many: 1 is no agreement, near 0 much. Where all votes are
 * equal it would always be 0, so one other answer with one vote is supposed, as in the reference. Undefined with fewer
 * than two votes.
 */
export function normalisedEntropy(counts: VoteCounts): number | undefined {
  if (sum(counts) < 2) return undefined;
  const groups = counts.filter((count) => count > 0);
  const spread = groups.length === 1 ? [...groups, 1] : groups;
  const total = sum(spread);
  const entropy = spread.reduce((bits, count) => bits - (count / total) * Math.log2(count / total), 0);
  return entropy / Math.log2(spread.length);
}

/** The value of a criterion after these votes, and whether it says to stop. */
export function testConsistency(
  counts: VoteCounts,
  criterion: AdaptiveCriterion,
  threshold: number = ADAPTIVE_DEFAULTS[criterion],
): { stop: boolean; value: number | undefined } {
  const value = valueOf(counts, criterion);
  if (value === undefined) return { stop: false, value };
  return { stop: criterion === 'entropy' ? value <= threshold : value >= threshold, value };
}

function valueOf(counts: VoteCounts, criterion: AdaptiveCriterion): number | undefined {
  if (criterion === 'majority') return majorityShare(counts);
  if (criterion === 'entropy') return normalisedEntropy(counts);
  const { leader, runnerUp } = topTwo(counts);
  return leader === 0 ? undefined : leaderProbability(leader, runnerUp);
}

/** The two highest counts; 0 where there is none. */
export function topTwo(counts: VoteCounts): { leader: number; runnerUp: number } {
  let leader = 0;
  let runnerUp = 0;
  for (const count of counts) {
    if (count > leader) [leader, runnerUp] = [count, leader];
    else if (count > runnerUp) runnerUp = count;
  }
  return { leader, runnerUp };
}

/** The number of votes after which a sequence stops, or undefined where it never does. */
export function adaptiveStopAt(
  answers: readonly string[],
  criterion: AdaptiveCriterion = 'beta',
  threshold?: number,
): number | undefined {
  const counts = new Map<string, number>();
  for (const [index, answer] of answers.entries()) {
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
    if (testConsistency([...counts.values()], criterion, threshold).stop) return index + 1;
  }
  return undefined;
}

function sum(counts: VoteCounts): number {
  return counts.reduce((total, count) => total + count, 0);
}
