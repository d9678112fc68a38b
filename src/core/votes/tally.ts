import type { ValidBallot } from './ballot';

/** Equal answers together. `weight` is summed by index, `heaviest` is its heaviest ballot. */
export type AnswerGroup = {
  key: string;
  votes: number;
  weight: number;
  heaviest: number;
  ballots: ValidBallot[];
};

/** Valid ballots by index as groups of equal answers, in the order of their first ballot. */
export function tally(ballots: readonly ValidBallot[]): AnswerGroup[] {
  const groups = new Map<string, AnswerGroup>();
  for (const ballot of ballots) {
    const weight = ballot.weight ?? 1;
    const group = groups.get(ballot.key);
    if (!group) {
      groups.set(ballot.key, { key: ballot.key, votes: 1, weight, heaviest: weight, ballots: [ballot] });
      continue;
    }
    group.votes += 1;
    group.weight += weight;
    group.heaviest = Math.max(group.heaviest, weight);
    group.ballots.push(ballot);
  }
  return [...groups.values()];
}

/** Part of the pairs of valid answers that are equal: 1 where all agree; undefined with fewer than two answers. */
export function agreementOf(groups: readonly { votes: number }[]): number | undefined {
  const valid = groups.reduce((sum, { votes }) => sum + votes, 0);
  if (valid < 2) return undefined;
  const equal = groups.reduce((sum, { votes }) => sum + votes * (votes - 1), 0);
  return equal / (valid * (valid - 1));
}
