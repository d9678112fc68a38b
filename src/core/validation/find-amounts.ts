/** An amount of money in a normalized text: where it stands and in which currency. */
export type FoundAmount = { text: string; index: number; currency: string };

const CURRENCIES: Readonly<Record<string, string>> = {
  $: 'usd',
  '€': 'eur',
  '£': 'gbp',
  '¥': 'jpy',
  '₹': 'inr',
  dollar: 'usd',
  dollars: 'usd',
  euro: 'eur',
  euros: 'eur',
  pound: 'gbp',
  pounds: 'gbp',
};
const CODES = 'usd|eur|gbp|jpy|inr|chf|cad|aud|nzd|cny|sek|nok|dkk|pln|czk|brl|zar|sgd|hkd';

const BEFORE = new RegExp(`(?:([$€£¥₹])|(?<![\\p{L}\\p{N}])(${CODES})) {0,10}\\d[\\d.,']{0,30}`, 'gu');
const AFTER = new RegExp(
  `(?<![\\d.,'\\p{L}])\\d[\\d.,']{0,30}(?: thousand| million| billion)? {0,10}(?:([€£¥₹])|(${CODES}|dollars?|euros?|pounds?)(?![\\p{L}\\p{N}]))`,
  'gu',
);

/** The amounts of a normalized text: a figure with a sign, code or name of a currency before or behind it. */
export function findAmounts(normalized: string): FoundAmount[] {
  return [BEFORE, AFTER].flatMap((pattern) =>
    [...normalized.matchAll(pattern)].map((match) => {
      const name = match[1] ?? match[2] ?? '';
      return { text: match[0].trim(), index: match.index, currency: CURRENCIES[name] ?? name };
    }),
  );
}

/** The currencies that a text speaks of anywhere, as codes. */
export function currenciesOf(normalized: string, words: ReadonlySet<string>): Set<string> {
  const signs = Object.keys(CURRENCIES).filter((name) =>
    name.length === 1 ? normalized.includes(name) : words.has(name),
  );
  return new Set([
    ...signs.map((name) => CURRENCIES[name] ?? name),
    ...CODES.split('|').filter((code) => words.has(code)),
  ]);
}

/** True for words that only name a currency. */
export function isCurrencyWord(word: string): boolean {
  return Object.hasOwn(CURRENCIES, word) || CODES.split('|').includes(word);
}
