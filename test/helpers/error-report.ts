/** A labelled item: the key of the right answer, and of each member's (undefined where it gave none). */
export type LabelledItem = { expected: string; answers: readonly (string | undefined)[] };

export type PairAgreement = {
  a: number;
  b: number;
  /** Items that both answered, and the part on which they agree. */
  items: number;
  agreement?: number;
  /** Items on which both are wrong, and the part of them with the same wrong answer. */
  bothWrong: number;
  errorAgreement?: number;
};

export type ErrorReport = {
  items: number;
  /** Part of all items that each member gets right; no answer is a wrong one. */
  accuracies: number[];
  pairs: PairAgreement[];
  /** Part of items that every member gets wrong: 1 minus this bounds every way of choosing among the members. */
  coFailure: number;
  oracleAccuracy: number;
};

/**
 * How much members err alike (after Kim et al. 2025, who find that models which are both wrong often agree): more voters
 * help little where they do. All rates are of the items given; undefined where there is nothing to divide by.
 */
export function errorReport(items: readonly LabelledItem[]): ErrorReport {
  const members = items.reduce((most, { answers }) => Math.max(most, answers.length), 0);
  const rights = Array.from({ length: members }, (_, member) => items.filter((item) => isRight(item, member)).length);
  const pairs: PairAgreement[] = [];
  for (let a = 0; a < members; a += 1) {
    for (let b = a + 1; b < members; b += 1) pairs.push(pairOf(items, a, b));
  }
  const failed = items.filter((item) => rights.every((_, member) => !isRight(item, member))).length;
  const coFailure = items.length === 0 ? 0 : failed / items.length;
  return {
    items: items.length,
    accuracies: rights.map((right) => right / Math.max(1, items.length)),
    pairs,
    coFailure,
    oracleAccuracy: items.length === 0 ? 0 : (items.length - failed) / items.length,
  };
}

function isRight({ expected, answers }: LabelledItem, member: number): boolean {
  return answers[member] === expected;
}

function pairOf(items: readonly LabelledItem[], a: number, b: number): PairAgreement {
  const both = items.filter(({ answers }) => answers[a] !== undefined && answers[b] !== undefined);
  const agree = both.filter(({ answers }) => answers[a] === answers[b]).length;
  const wrong = both.filter((item) => !isRight(item, a) && !isRight(item, b));
  const alike = wrong.filter(({ answers }) => answers[a] === answers[b]).length;
  return {
    a,
    b,
    items: both.length,
    ...(both.length > 0 && { agreement: agree / both.length }),
    bothWrong: wrong.length,
    ...(wrong.length > 0 && { errorAgreement: alike / wrong.length }),
  };
}
