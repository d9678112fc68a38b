import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  adaptiveStopAt,
  leaderProbability,
  majorityShare,
  normalisedEntropy,
  testConsistency,
} from '../../../../src/core/stopping/adaptive-consistency';
import { fewestSamples, votesToStop } from '../../../../src/core/stopping/fewest-samples';

type Said = { prob: number; stop: boolean };
type Vector = { votes: string[]; beta: Said; beta_stop_at: number | null; majority: Said; entropy: Said };
type Vectors = { 'min_leader_votes_to_stop_at_0.95_by_runner_up_votes': Record<string, number>; vectors: Vector[] };

const file = join(__dirname, '../../../fixtures/votes/asc-vectors.json');
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

const countsOf = (votes: readonly string[]) => {
  const counts = new Map<string, number>();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  return [...counts.values()];
};

describe("the reference's 300 recorded sequences", () => {
  test('are all there', () => expect(recorded.vectors).toHaveLength(300));

  test.each(['beta', 'majority', 'entropy'] as const)(
    'have the same %s value to 1e-6, and the same stop',
    (criterion) => {
      for (const vector of recorded.vectors) {
        const { value, stop } = testConsistency(countsOf(vector.votes), criterion);
        // The reference says -1 where there are too few votes to say anything.
        expect(Math.abs((value ?? -1) - vector[criterion].prob)).toBeLessThan(1e-6);
        expect(stop).toBe(vector[criterion].stop);
      }
    },
  );

  test('stop after the same number of votes', () => {
    const found = recorded.vectors.map(({ votes }) => adaptiveStopAt(votes) ?? null);
    expect(found).toEqual(recorded.vectors.map((vector) => vector.beta_stop_at));
    expect(found.filter((at) => at !== null).length).toBeGreaterThan(100);
  });

  test('and its table: the votes a leader needs by those of the runner-up', () => {
    const table = Object.entries(recorded['min_leader_votes_to_stop_at_0.95_by_runner_up_votes']);
    expect(table).toHaveLength(18);
    expect(table.map(([runnerUp]) => votesToStop(Number(runnerUp), 0.95))).toEqual(table.map(([, votes]) => votes));
  });
});

describe('the closed form', () => {
  /** The same sum in whole numbers of any size. */
  const exact = (leader: number, runnerUp: number): number => {
    const n = leader + runnerUp + 1;
    let term = 1n;
    let sum = 0n;
    for (let k = 0; k <= leader; k += 1) {
      sum += term;
      term = (term * BigInt(n - k)) / BigInt(k + 1);
    }
    return Number((sum * 10n ** 18n) / 2n ** BigInt(n)) / 1e18;
  };

  test('is the sum of whole numbers to 1e-13, for every count up to 60', () => {
    for (let leader = 0; leader <= 60; leader += 1) {
      for (let runnerUp = 0; runnerUp <= 60; runnerUp += 1) {
        expect(Math.abs(leaderProbability(leader, runnerUp) - exact(leader, runnerUp))).toBeLessThan(1e-13);
      }
    }
  });

  test('neither overflows nor vanishes with thousands of votes', () => {
    expect(leaderProbability(5_000, 5_000)).toBe(0.5);
    expect(leaderProbability(1_010, 1_000)).toBeCloseTo(exact(1_010, 1_000), 12);
    expect(leaderProbability(20_000, 100)).toBeCloseTo(1, 12);
    expect(leaderProbability(100, 20_000)).toBeCloseTo(0, 12);
  });
});

describe('criteria', () => {
  test('with fewer than two votes only beta says something', () => {
    expect(testConsistency([1], 'beta')).toEqual({ stop: false, value: 0.75 });
    expect(majorityShare([1])).toBeUndefined();
    expect(normalisedEntropy([1])).toBeUndefined();
    expect(testConsistency([], 'beta')).toEqual({ stop: false, value: undefined });
  });

  test('a majority of exactly the threshold stops', () => {
    expect(testConsistency([4, 1], 'majority', 0.8).stop).toBe(true);
    expect(testConsistency([3, 1], 'majority', 0.8).stop).toBe(false);
  });

  test('even votes have the highest entropy, and a threshold is reached from above', () => {
    expect(normalisedEntropy([2, 2, 2])).toBeCloseTo(1, 12);
    expect(testConsistency([9, 1], 'entropy', 0.5)).toMatchObject({ stop: true });
    expect(testConsistency([5, 4], 'entropy', 0.5)).toMatchObject({ stop: false });
  });

  test.each([0.5, 1, NaN])('a threshold of %d has no stop table', (threshold) => {
    expect(() => votesToStop(0, threshold)).toThrow('between 0.5 and 1');
  });
});

describe('the fewest samples that could decide', () => {
  test.each([
    [[], 'beta', 0.95, 4],
    [[3], 'beta', 0.95, 1],
    [[3, 3], 'beta', 0.95, 6],
    [[2, 1, 1], 'beta', 0.95, 4],
    [[], 'majority', 0.8, 2],
    [[2, 1], 'majority', 0.8, 2],
    [[1, 1], 'entropy', 0.75, 1],
  ] as const)('after %j by %s at %d are %d', (counts, criterion, threshold, fewest) => {
    expect(fewestSamples(counts, criterion, threshold)).toBe(fewest);
  });
});
