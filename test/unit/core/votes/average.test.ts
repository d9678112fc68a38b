import { averageNumbers, averageOf, averageScores } from '../../../../src/core/votes/average';
import { decideAverage } from '../../../../src/core/votes/decide-average';
import type { ScoredBallot } from '../../../../src/core/votes/decide-average';

const scored = (...facts: Partial<ScoredBallot>[]) =>
  facts.map((fact, index) => ({ index, member: index, sample: 0, status: 'valid', key: 'k', ...fact }) as ScoredBallot);

describe('mean and median of numbers', () => {
  test.each([
    [[1, 2, 6], 3, 2],
    [[4, 1, 3, 2], 2.5, 2.5],
    [[5], 5, 5],
    [[1, NaN, 3], 2, 2],
    [[10, 9, 1], 20 / 3, 9],
    [[1.5e308, 1.5e308, 1.5e308, 1.5e308], 1.5e308, 1.5e308],
    [[-1.7e308, 1.7e308, 1], 1 / 3, 1],
  ])('of %j are %d and %d', (values, mean, median) => {
    expect((averageOf(values, 'average') ?? 0) / mean).toBeCloseTo(1);
    expect(averageOf(values, 'median')).toBe(median);
  });

  test('of nothing are nothing, not 0', () => {
    expect(averageOf([NaN], 'median')).toBeUndefined();
    expect(averageNumbers([], 'average')).toBeUndefined();
  });

  test('come with their range', () => {
    expect(averageNumbers([3, 1, 8], 'average')).toEqual({ value: 4, least: 1, most: 8, counted: 3 });
  });
});

describe('scores of labels', () => {
  const results = [
    { scores: { spam: 0.9, ham: 0.1 } },
    { scores: { ham: 0.8, spam: 0.2 } },
    { scores: { spam: 0.6 } },
    { scores: {} },
  ];

  test('are averaged label by label, 0 where a member does not know the label', () => {
    const averaged = averageScores(results, 'average');
    expect(averaged?.result.prediction).toBe('spam');
    expect(averaged?.result.scores['spam']).toBeCloseTo(1.7 / 3);
    expect(averaged?.result.scores['ham']).toBeCloseTo(0.3);
    expect(averaged?.margin).toBeCloseTo(0.8 / 3);
  });

  test('may have another median than mean', () => {
    expect(averageScores(results, 'median')?.result).toEqual({
      prediction: 'spam',
      score: 0.6,
      scores: { spam: 0.6, ham: 0.1 },
    });
  });

  test('that are equal are a tie that the first label wins', () => {
    const { tied, result, margin } = averageScores([{ scores: { a: 0.5, b: 0.5 } }], 'average') ?? {};
    expect({ tied, margin, prediction: result?.prediction }).toEqual({ tied: ['a', 'b'], margin: 0, prediction: 'a' });
  });
});

describe('the decision record of an average', () => {
  test('of scores has the labels as votes and who predicted each', () => {
    const { decision, scores } = decideAverage(
      scored({ scores: { a: 0.8, b: 0.2 } }, { scores: { a: 0.3, b: 0.7 } }, { status: 'failed' }),
      'average',
    );
    expect(scores?.result.prediction).toBe('a');
    expect(decision).toMatchObject({ outcome: 'decided', tie: false, valid: 2, failed: 1 });
    expect(decision.share).toBeCloseTo(0.55);
    expect(decision.ranking.map(({ answer, votes, ballots }) => ({ answer, votes, ballots }))).toEqual([
      { answer: 'a', votes: 1, ballots: [0] },
      { answer: 'b', votes: 1, ballots: [1] },
    ]);
  });

  test('of numbers has the figure and its range; below minVotes there is none', () => {
    const given = scored({ value: 4 }, { value: 8 });
    expect(decideAverage(given, 'median').numbers).toEqual({ value: 6, least: 4, most: 8, counted: 2 });
    expect(decideAverage(given, 'median', 3).decision.outcome).toBe('too_few_votes');
    expect(decideAverage(scored({}), 'average').decision.outcome).toBe('too_few_votes');
  });
});
