import type { Agreement } from '../../contracts/agreement.schema';
import type { Ballot } from './ballot';
import { validBallots } from './ballot';

/** With more members the pairs are too many to be told one by one. */
const MOST_MEMBERS = 20;

type Pair = Agreement['pairs'][number];
type Member = NonNullable<Agreement['members']>[number];

/**
 * How the members of one ensemble agree, by pairs, and where the key of the right answer is given, how alike they err:
 * members that are wrong together in the same way outvote others without knowing more. Undefined for one member, and for
 * more than twenty.
 */
export function memberAgreement(ballots: readonly Ballot[], expectedKey?: string): Agreement | undefined {
  const members = [...new Set(ballots.map(({ member }) => member))].sort((a, b) => a - b);
  if (members.length < 2 || members.length > MOST_MEMBERS) return undefined;
  const valid = validBallots(ballots);
  const keysOf = new Map(members.map((member) => [member, valid.filter((b) => b.member === member).map((b) => b.key)]));
  const keys = (member: number) => keysOf.get(member) ?? [];
  const pairs = members.flatMap((a, at) =>
    members.slice(at + 1).map((b) => withRates(countPair(a, b, keys(a), keys(b), expectedKey))),
  );
  if (expectedKey === undefined) return { pairs };
  const rights = members.map((member): Member => {
    const right = keys(member).filter((key) => key === expectedKey).length;
    return withAccuracy({ member, answers: keys(member).length, right });
  });
  const allWrong = valid.length > 0 && rights.every(({ right }) => right === 0) ? 1 : 0;
  return withCoFailure({ pairs, members: rights, labelled: valid.length > 0 ? 1 : 0, allWrong });
}

/** The same over the items of both: counts are summed, rates are of the sums. */
export function addAgreement(sum: Agreement | undefined, next: Agreement | undefined): Agreement | undefined {
  if (!sum || !next) return sum ?? next;
  const pairs = merge(sum.pairs, next.pairs, ({ a, b }) => `${a} ${b}`, addPairs);
  if (!sum.members && !next.members) return { pairs };
  const members = merge(
    sum.members ?? [],
    next.members ?? [],
    ({ member }) => String(member),
    (x, y) => withAccuracy({ member: x.member, answers: x.answers + y.answers, right: x.right + y.right }),
  );
  const labelled = (sum.labelled ?? 0) + (next.labelled ?? 0);
  return withCoFailure({ pairs, members, labelled, allWrong: (sum.allWrong ?? 0) + (next.allWrong ?? 0) });
}

function countPair(a: number, b: number, ofA: readonly string[], ofB: readonly string[], expected?: string): Pair {
  const both = ofA.flatMap((key) => ofB.map((other) => [key, other] as const));
  const equal = both.filter(([key, other]) => key === other).length;
  const pair = { a, b, compared: both.length, equal };
  if (expected === undefined) return pair;
  const wrong = both.filter(([key, other]) => key !== expected && other !== expected);
  return { ...pair, bothWrong: wrong.length, sameError: wrong.filter(([key, other]) => key === other).length };
}

function addPairs(x: Pair, y: Pair): Pair {
  const { a, b } = x;
  const sums = { a, b, compared: x.compared + y.compared, equal: x.equal + y.equal };
  if (x.bothWrong === undefined && y.bothWrong === undefined) return withRates(sums);
  return withRates({
    ...sums,
    bothWrong: (x.bothWrong ?? 0) + (y.bothWrong ?? 0),
    sameError: (x.sameError ?? 0) + (y.sameError ?? 0),
  });
}

function withRates(pair: Pair): Pair {
  const { compared, equal, bothWrong = 0, sameError = 0 } = pair;
  return {
    ...pair,
    ...(compared > 0 ? { agreement: equal / compared } : {}),
    ...(bothWrong > 0 ? { errorAgreement: sameError / bothWrong } : {}),
  };
}

function withAccuracy(member: Member): Member {
  return member.answers > 0 ? { ...member, accuracy: member.right / member.answers } : member;
}

function withCoFailure(agreement: Agreement & { labelled: number; allWrong: number }): Agreement {
  const { labelled, allWrong } = agreement;
  return labelled > 0 ? { ...agreement, coFailure: allWrong / labelled } : agreement;
}

function merge<T>(xs: readonly T[], ys: readonly T[], keyOf: (value: T) => string, add: (x: T, y: T) => T): T[] {
  const merged = new Map(xs.map((x) => [keyOf(x), x]));
  for (const y of ys) {
    const x = merged.get(keyOf(y));
    merged.set(keyOf(y), x === undefined ? y : add(x, y));
  }
  return [...merged.values()];
}
