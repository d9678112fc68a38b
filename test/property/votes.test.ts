import fc from 'fast-check';
import type { JsonValue } from '../../src/contracts/json';
import { answerKey } from '../../src/core/votes/answer-key';
import type { Ballot } from '../../src/core/votes/ballot';
import { decideAverage } from '../../src/core/votes/decide-average';
import { decideRanked } from '../../src/core/votes/decide-ranked';
import type { Judgement } from '../../src/core/votes/judge';
import { comparisonsOf, decideJudged } from '../../src/core/votes/judge';
import { numberKey } from '../../src/core/votes/number-key';
import { decideVote } from '../../src/core/votes/vote';
import type { VoteOptions, VoteRule } from '../../src/core/votes/vote';
import { propertyRuns } from '../helpers/property-runs';

const SETTINGS = { seed: 20261123, numRuns: propertyRuns(500) };

const outcome = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c', 'd').map((key) => ({ status: 'valid' as const, key })) },
  fc.constantFrom('empty', 'truncated', 'unparsed').map((reason) => ({ status: 'invalid' as const, reason })),
  fc.constantFrom({ status: 'failed' as const }, { status: 'cancelled' as const }),
);

const weights = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.double({ min: 0.01, max: 10, noNaN: true }));

const ballotList = fc
  .array(fc.record({ outcome, weight: weights, model: fc.constantFrom('m', 'n', 'o') }), { maxLength: 12 })
  .map((list) =>
    list.map(
      ({ outcome: vote, weight, model }, index): Ballot =>
        ({ index, member: index, sample: 0, weight, model, ...vote }) as Ballot,
    ),
  );

const options: fc.Arbitrary<VoteOptions> = fc.record({
  rule: fc.constantFrom<VoteRule>('plurality', 'majority', 'weighted'),
  tieBreak: fc.constantFrom('first' as const, 'weight' as const, 'abstain' as const, { model: 'n' }),
  minVotes: fc.integer({ min: 1, max: 3 }),
});

/** The ballots, and the same in another order of arrival. */
const twice = ballotList.chain((list) =>
  fc.record({ list: fc.constant(list), shuffled: fc.shuffledSubarray(list, { minLength: list.length }) }),
);

describe('the order of arrival changes nothing', () => {
  test('in a vote', () => {
    fc.assert(
      fc.property(twice, options, ({ list, shuffled }, how) => {
        expect(decideVote(shuffled, how)).toEqual(decideVote(list, how));
      }),
      SETTINGS,
    );
  });

  test('in averages', () => {
    fc.assert(
      fc.property(twice, fc.constantFrom('average' as const, 'median' as const), ({ list, shuffled }, how) => {
        const withScores = (ballots: Ballot[]) =>
          ballots.map((ballot) => ({ ...ballot, scores: { a: ballot.weight ?? 0, b: ballot.index / 3 } }));
        expect(decideAverage(withScores(shuffled), how)).toEqual(decideAverage(withScores(list), how));
      }),
      SETTINGS,
    );
  });

  test('in what judges say, and in which ballots they are asked about', () => {
    const verdicts = fc.infiniteStream(
      fc.constantFrom('first' as const, 'second' as const, 'tie' as const, 'invalid' as const),
    );
    fc.assert(
      fc.property(twice, verdicts, fc.nat(), ({ list, shuffled }, stream, turn) => {
        const asked = comparisonsOf(list);
        expect(comparisonsOf(shuffled)).toEqual(asked);
        const says = asked.map((pair): Judgement => ({
          ...pair,
          verdict: stream.next().value as Judgement['verdict'],
        }));
        const at = says.length === 0 ? 0 : turn % says.length;
        const other = [...says.slice(at), ...says.slice(0, at)].reverse();
        expect(decideJudged(shuffled, other)).toEqual(decideJudged(list, says));
        expect(decideRanked(shuffled, other)).toEqual(decideRanked(list, says));
      }),
      SETTINGS,
    );
  });
});

test('a weighted vote is the brute-force one: the answer with the largest sum of whole weights', () => {
  const whole = ballotList.map((list) => list.map((ballot) => ({ ...ballot, weight: Math.ceil(ballot.weight ?? 1) })));
  fc.assert(
    fc.property(whole, (list) => {
      const sums = ['a', 'b', 'c', 'd'].map((key) => ({
        key,
        sum: list.reduce(
          (sum, ballot) => sum + (ballot.status === 'valid' && ballot.key === key ? ballot.weight : 0),
          0,
        ),
        first: list.findIndex((ballot) => ballot.status === 'valid' && ballot.key === key),
      }));
      const most = Math.max(...sums.map(({ sum }) => sum));
      const winners = sums.filter(({ sum, first }) => sum === most && first >= 0).sort((x, y) => x.first - y.first);
      const { key, decision } = decideVote(list, { rule: 'weighted' });
      expect(key).toBe(winners[0]?.key);
      expect(decision.tie).toBe(winners.length > 1);
    }),
    SETTINGS,
  );
});

test('numbering the members differently changes who is first, and never who has the most', () => {
  fc.assert(
    fc.property(twice, fc.constantFrom<VoteRule>('plurality', 'majority', 'weighted'), ({ list, shuffled }, rule) => {
      const before = decideVote(list, { rule });
      const after = decideVote(
        shuffled.map((ballot, index) => ({ ...ballot, index })),
        { rule },
      );
      expect(after.decision.tie).toBe(before.decision.tie);
      if (!before.decision.tie) expect(after.key).toBe(before.key);
    }),
    SETTINGS,
  );
});

test('a record adds up: every ballot is counted once, and shares and votes fit together', () => {
  fc.assert(
    fc.property(ballotList, options, (list, how) => {
      const { winner, key, decision } = decideVote(list, how);
      const { valid, invalid, failed, cancelled, invalidReasons } = decision;
      expect(valid + invalid + failed + cancelled).toBe(list.length);
      expect(Object.values(invalidReasons).reduce((sum, count) => sum + count, 0)).toBe(invalid);
      expect(decision.ranking.reduce((sum, { votes }) => sum + votes, 0)).toBe(valid);
      expect(decision.share).toBeGreaterThanOrEqual(0);
      expect(decision.share).toBeLessThanOrEqual(1);
      expect(winner === undefined).toBe(decision.outcome !== 'decided');
      if (winner !== undefined) expect(list[winner]).toMatchObject({ status: 'valid', key });
    }),
    SETTINGS,
  );
});

describe('keys of answers', () => {
  test('are the same for every way to write a number', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.nat({ max: 6 }), (whole, zeros) => {
        const key = numberKey(String(whole));
        const written = [
          `${whole}.${'0'.repeat(zeros)}`,
          ` ${whole}. `,
          `${whole}${'0'.repeat(zeros)}e-${zeros}`,
          whole.toLocaleString('en-US'),
        ];
        for (const text of written) expect(numberKey(text)).toBe(key);
      }),
      SETTINGS,
    );
  });

  test('are the number itself for every double, and keys of their own', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const key = numberKey(String(value)) as string;
        expect(Number(key) === value).toBe(true);
        expect(numberKey(key)).toBe(key);
      }),
      SETTINGS,
    );
  });

  test('do not change when an answer is written in capitals or with more spaces, or its fields in another order', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        expect(answerKey(reordered(value as JsonValue))).toBe(answerKey(value as JsonValue));
      }),
      SETTINGS,
    );
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40 }).filter((text) => /^[ -~]*$/.test(text)),
        (text) => {
          expect(answerKey(`  ${text.toUpperCase().replace(/ /g, ' \n')} `)).toBe(answerKey(text));
        },
      ),
      SETTINGS,
    );
  });
});

function reordered(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reordered(inner)]),
  );
}
