const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

const VALUES: ReadonlyMap<string, number> = new Map([
  ...ONES.map((word, value) => [word, value] as const),
  ...TENS.map((word, index) => [word, (index + 2) * 10] as const),
  ['hundred', 100],
  ['thousand', 1000],
  ['half', 50],
]);

/** Values of English number words, `twenty five` also as 25: a text says "thirty days", its summary "30 days". */
export function numberWordValues(words: readonly string[]): Set<number> {
  const values = new Set<number>();
  let before = 0;
  for (const word of words) {
    const value = VALUES.get(word);
    if (value !== undefined) values.add(value);
    if (value !== undefined && value < 10 && before >= 20 && before < 100) values.add(before + value);
    before = value ?? 0;
  }
  return values;
}
