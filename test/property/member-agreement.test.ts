import fc from 'fast-check';
import type { Agreement } from '../../src/contracts/agreement.schema';
import { agreementSchema } from '../../src/contracts/agreement.schema';
import type { Ballot } from '../../src/core/votes/ballot';
import { addAgreement, memberAgreement } from '../../src/core/votes/member-agreement';
import { errorReport } from '../helpers/error-report';

const KEYS = ['right', 'a', 'b'];

/** Answers of each member to one item; undefined is a failure. */
const answersOf = (members: number) =>
  fc.array(fc.option(fc.constantFrom(...KEYS), { nil: undefined }), { minLength: members, maxLength: members });

const ballots = (answers: readonly (string | undefined)[]): Ballot[] =>
  answers.map((key, member) =>
    key === undefined
      ? { index: member, member, sample: 0, status: 'failed' }
      : { index: member, member, sample: 0, status: 'valid', key },
  );

const sum = (items: readonly (Agreement | undefined)[]) => items.reduce<Agreement | undefined>(addAgreement, undefined);

test('summed over items it is what a report over all of them says', () => {
  fc.assert(
    fc.property(fc.array(answersOf(3), { minLength: 1, maxLength: 30 }), (items) => {
      const all = sum(items.map((answers) => memberAgreement(ballots(answers), 'right')));
      const report = errorReport(items.map((answers) => ({ expected: 'right', answers })));
      expect(() => agreementSchema.parse(all)).not.toThrow();
      expect(
        all?.pairs.map(({ a, b, compared, agreement, bothWrong, errorAgreement }) => ({
          a,
          b,
          compared,
          agreement,
          bothWrong,
          errorAgreement,
        })),
      ).toEqual(
        report.pairs.map(({ a, b, items: compared, agreement, bothWrong, errorAgreement }) => ({
          a,
          b,
          compared,
          agreement,
          bothWrong,
          errorAgreement,
        })),
      );
      // An item that nobody answered says nothing of who errs alike.
      const answered = items.filter((answers) => answers.some((key) => key !== undefined));
      expect(all?.labelled).toBe(answered.length);
      if (answered.length > 0) {
        const { coFailure } = errorReport(answered.map((answers) => ({ expected: 'right', answers })));
        expect(all?.coFailure).toBeCloseTo(coFailure, 12);
      }
    }),
  );
});

test('the order of items and of ballots changes nothing', () => {
  fc.assert(
    fc.property(fc.array(answersOf(3), { minLength: 2, maxLength: 12 }), (items) => {
      const one = sum(items.map((answers) => memberAgreement(ballots(answers), 'right')));
      const other = sum([...items].reverse().map((answers) => memberAgreement(ballots(answers).reverse(), 'right')));
      expect(other).toEqual(one);
    }),
  );
});

describe('one ensemble', () => {
  const sampled = (member: number, keys: readonly string[], from: number): Ballot[] =>
    keys.map((key, sample) => ({ index: from + sample, member, sample, status: 'valid', key }));

  test('compares every sample of one member with every one of the other', () => {
    const both = [...sampled(0, ['a', 'a', 'right'], 0), ...sampled(1, ['a', 'b'], 3)];
    expect(memberAgreement(both)).toEqual({ pairs: [{ a: 0, b: 1, compared: 6, equal: 2, agreement: 1 / 3 }] });
    expect(memberAgreement(both, 'right')).toMatchObject({
      pairs: [{ bothWrong: 4, sameError: 2, errorAgreement: 0.5 }],
      members: [
        { member: 0, answers: 3, right: 1 },
        { member: 1, answers: 2, right: 0, accuracy: 0 },
      ],
      labelled: 1,
      allWrong: 0,
      coFailure: 0,
    });
  });

  test('of one member, or of more than twenty, has none', () => {
    expect(memberAgreement(sampled(0, ['a', 'b'], 0))).toBeUndefined();
    expect(memberAgreement(ballots(Array<string>(21).fill('a')))).toBeUndefined();
    expect(memberAgreement(ballots(Array<string>(20).fill('a')))?.pairs).toHaveLength(190);
  });

  test('no rate is made of nothing', () => {
    const [pair] = memberAgreement(ballots(['a', undefined]), 'a')?.pairs ?? [];
    expect(pair).toEqual({ a: 0, b: 1, compared: 0, equal: 0, bothWrong: 0, sameError: 0 });
  });
});
