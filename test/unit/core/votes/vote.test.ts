import { decisionSchema } from '../../../../src/contracts/decision.schema';
import type { Ballot } from '../../../../src/core/votes/ballot';
import { logOddsWeight } from '../../../../src/core/votes/log-odds';
import { askingOrder, seatsOf } from '../../../../src/core/votes/seats';
import { tooFewAnswers } from '../../../../src/core/votes/too-few-answers';
import { decideChosen, decideCollect, decideVote } from '../../../../src/core/votes/vote';
import { ballots } from '../../../helpers/ballots';

const plurality = { rule: 'plurality' } as const;

describe('plurality', () => {
  test('the most votes win, with share of the valid ones and margin', () => {
    const { winner, key, decision } = decideVote(ballots('a', 'b', undefined, 'b', 'c', 'b'), plurality);
    expect({ winner, key }).toEqual({ winner: 1, key: 'b' });
    expect(decision).toEqual({
      outcome: 'decided',
      votes: { b: 3, a: 1, c: 1 },
      ranking: [
        { answer: 'b', score: 3, votes: 3, weight: 3, ballots: [1, 3, 5] },
        { answer: 'a', score: 1, votes: 1, weight: 1, ballots: [0] },
        { answer: 'c', score: 1, votes: 1, weight: 1, ballots: [4] },
      ],
      share: 0.6,
      margin: 2,
      tie: false,
      valid: 5,
      invalid: 1,
      invalidReasons: { empty: 0, truncated: 0, unparsed: 1 },
      failed: 0,
      cancelled: 0,
      agreement: 0.3,
    });
    expect(decisionSchema.parse(decision)).toEqual(decision);
  });

  test('answers that are none never win, however many', () => {
    const given: Ballot[] = [
      { index: 0, member: 0, sample: 0, status: 'invalid', reason: 'empty' },
      { index: 1, member: 1, sample: 0, status: 'invalid', reason: 'empty' },
      { index: 2, member: 2, sample: 0, status: 'invalid', reason: 'truncated' },
      { index: 3, member: 3, sample: 0, status: 'failed' },
      { index: 4, member: 4, sample: 0, status: 'cancelled' },
      { index: 5, member: 5, sample: 0, status: 'valid', key: 'x' },
    ];
    const { winner, decision } = decideVote(given, plurality);
    expect(winner).toBe(5);
    expect(decision).toMatchObject({ share: 1, valid: 1, invalid: 3, failed: 1, cancelled: 1 });
    expect(decision.invalidReasons).toEqual({ empty: 2, truncated: 1, unparsed: 0 });
  });

  test('fewer valid answers than minVotes decide nothing', () => {
    const result = decideVote(ballots('a', 'a', undefined), { ...plurality, minVotes: 3 });
    expect(result.winner).toBeUndefined();
    expect(result.decision).toMatchObject({ outcome: 'too_few_votes', valid: 2 });
    expect(decideVote([], plurality).decision.outcome).toBe('too_few_votes');
  });

  test('answers named like fields of every object are answers', () => {
    const { decision } = decideVote(ballots('__proto__', '__proto__', 'constructor'), plurality);
    expect(Object.entries(decision.votes)).toEqual([
      ['__proto__', 2],
      ['constructor', 1],
    ]);
  });
});

describe('majority', () => {
  const majority = { rule: 'majority' } as const;

  test.each([
    [['a', 'a', 'b'], 'a'],
    [['a', 'a', 'b', 'c'], undefined],
    [['a', 'a', 'b', 'b'], undefined],
    [['a', 'a', 'b', undefined], 'a'],
  ])('of %j is %s: more than half of the valid ones', (answers, key) => {
    const result = decideVote(ballots(...answers), majority);
    expect(result.key).toBe(key);
    expect(result.decision.outcome).toBe(key === undefined ? 'no_majority' : 'decided');
  });
});

describe('weighted vote', () => {
  const weighted = { rule: 'weighted' } as const;

  test('the most weight wins, and share and margin are in weight', () => {
    const { key, decision } = decideVote(
      ballots({ key: 'a', weight: 1 }, { key: 'a', weight: 1 }, { key: 'b', weight: 3 }),
      weighted,
    );
    expect(key).toBe('b');
    expect(decision).toMatchObject({ votes: { a: 2, b: 3 }, share: 0.6, margin: 1, tie: false });
  });

  test('0.1 and 0.2 together tie with 0.3', () => {
    const given = ballots({ key: 'a', weight: 0.3 }, { key: 'b', weight: 0.1 }, { key: 'b', weight: 0.2 });
    const { key, decision } = decideVote(given, weighted);
    expect(decision).toMatchObject({ tie: true, margin: 0, tieBrokenBy: 'first' });
    expect(key).toBe('a');
  });

  test('log-odds let one expert outvote two who hardly know, and a bad one speak against his answer', () => {
    const [expert, novice, bad] = [0.95, 0.6, 0.2].map(logOddsWeight) as [number, number, number];
    expect(expert).toBeCloseTo(2.944, 3);
    expect(logOddsWeight(0.5)).toBe(0);
    const vote = (...weights: [string, number][]) =>
      decideVote(ballots(...weights.map(([key, weight]) => ({ key, weight }))), weighted).key;
    expect(vote(['a', novice], ['a', novice], ['b', expert])).toBe('b');
    expect(vote(['a', bad], ['b', novice])).toBe('b');
    expect(vote(['a', bad], ['a', bad], ['b', -0.1])).toBe('b');
  });

  test('an accuracy of 0 or 1 has no weight', () => {
    expect(() => logOddsWeight(1)).toThrow('accuracy');
  });
});

describe('ties', () => {
  const tied = ballots(
    { key: 'a', model: 'm1', weight: 1 },
    { key: 'b', model: 'm2', weight: 5 },
    { key: 'b', model: 'm3', weight: 1 },
    { key: 'a', model: 'm3', weight: 1 },
    { key: 'c', model: 'm4', weight: 9 },
  );

  test.each([
    ['first', 'a', 'first'],
    ['weight', 'b', 'weight'],
    ['abstain', undefined, 'abstain'],
    [{ model: 'm2' }, 'b', 'model'],
    [{ model: 'm3' }, 'a', 'first'],
    [{ model: 'm4' }, 'a', 'first'],
  ] as const)('%j gives %s, and says by which rule', (tieBreak, key, by) => {
    const result = decideVote(tied, { ...plurality, tieBreak });
    expect(result.key).toBe(key);
    expect(result.decision).toMatchObject({ tie: true, margin: 0, tieBrokenBy: by });
    expect(result.decision.outcome).toBe(key === undefined ? 'tie' : 'decided');
  });

  test('equal sums of weight are told apart by the heaviest ballot', () => {
    const given = ballots({ key: 'a', weight: 1 }, { key: 'a', weight: 1 }, { key: 'b', weight: 2 });
    const result = decideVote(given, { rule: 'weighted', tieBreak: 'weight' });
    expect(result).toMatchObject({ key: 'b', decision: { tieBrokenBy: 'weight' } });
  });

  test('a decision without a tie names no rule', () => {
    expect(decideVote(ballots('a'), plurality).decision).not.toHaveProperty('tieBrokenBy');
  });
});

describe('windows and collections', () => {
  test('the agreeing window wins against the votes over everything, and the record says so', () => {
    const given = ballots('a', 'a', 'a', 'a', 'b', 'b', 'b', 'b', 'b', 'a');
    const { key, decision } = decideVote(given, { ...plurality, windowAnswer: 'b' });
    expect(key).toBe('b');
    expect(decision).toMatchObject({ outcome: 'decided', wonBy: 'window', tie: true });
    expect(decision).not.toHaveProperty('tieBrokenBy');
  });

  test('a chosen answer wins by choice, against the votes too; one that does not count can not be chosen', () => {
    const given = ballots('a', 'b', 'a', undefined, 'b', 'c');
    expect(decideChosen(given, 4)).toMatchObject({ winner: 4, key: 'b', decision: { wonBy: 'choice', tie: true } });
    const refused = decideChosen(given, 3);
    expect(refused).toMatchObject({ key: 'a', decision: { tieBrokenBy: 'first' } });
    expect(refused.decision).not.toHaveProperty('wonBy');
    expect(decideChosen(given, 4, 9).decision.outcome).toBe('too_few_votes');
  });

  test('a collection chooses nothing and still says how the answers lie', () => {
    const { winner, decision } = decideCollect(ballots('a', 'b', 'a'));
    expect(winner).toBeUndefined();
    expect(decision).toMatchObject({ outcome: 'collected', votes: { a: 2, b: 1 }, agreement: 1 / 3 });
  });
});

describe('seats', () => {
  test('go member by member, with log-odds of an accuracy as weight', () => {
    const seats = seatsOf([
      'a',
      { model: 'b', samples: 2, weight: 3 },
      { pattern: 'chain', config: {}, accuracy: 0.9 },
    ]);
    expect(seats.map(({ member, sample, model, weight }) => [member, sample, model, weight])).toEqual([
      [0, 0, 'a', 1],
      [1, 0, 'b', 3],
      [1, 1, 'b', 3],
      [2, 0, undefined, logOddsWeight(0.9)],
    ]);
    expect(seats.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  test('are asked in rounds: the first sample of every member before the second of any', () => {
    const seats = seatsOf([
      { model: 'a', samples: 3 },
      { model: 'b', samples: 2 },
    ]);
    expect(askingOrder(seats).map(({ index }) => index)).toEqual([0, 3, 1, 4, 2]);
  });
});

describe('too few answers', () => {
  test('the failure names what became of each member, and never an answer', () => {
    const given: Ballot[] = [
      { index: 0, member: 0, sample: 0, model: 'gpt4', status: 'failed' },
      { index: 1, member: 1, sample: 1, model: 'local', status: 'invalid', reason: 'truncated' },
      { index: 2, member: 2, sample: 0, status: 'valid', key: 'secret' },
    ];
    const error = tooFewAnswers(given, 2, { 0: 'RateLimited' });
    expect(error.type).toBe('TooFewAnswers');
    expect(error.message).toBe(
      '1 valid answer of 3, minVotes is 2; member 0 (gpt4): RateLimited; member 1 (local) sample 1: truncated',
    );
  });

  test('names twenty at most', () => {
    const given = ballots(...Array.from({ length: 30 }, () => undefined));
    expect(tooFewAnswers(given, 1).message).toMatch(/member 19: unparsed; and 10 more$/);
  });
});
