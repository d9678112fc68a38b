import type { FoundAmount } from './find-amounts';
import { currenciesOf, findAmounts } from './find-amounts';
import { findDates, impliedKeys } from './find-dates';
import { findNumbers } from './find-numbers';
import { compact, normalizeText, wordsOf } from './normalize-text';
import { numberWordValues } from './number-words';

/** How much of a text is compared, about 500 pages: it is done at one go, and heartbeats wait. */
export const MOST_CHARACTERS_CHECKED = 1_000_000;

/** What a text says, ready to be asked whether a claim stands in it. */
export type TextFacts = {
  normalized: string;
  words: ReadonlySet<string>;
  /** True where the text goes on behind what is compared: then a missing claim proves nothing. */
  isCut: boolean;
  wordCount: number;
  hasNumber(values: readonly number[], tolerance: number): boolean;
  hasDate(keys: readonly string[]): boolean;
  dateCount: number;
  amounts: readonly FoundAmount[];
  currencies: ReadonlySet<string>;
  emailCount: number;
  /** True where the words stand in the text with other spaces or punctuation between them. */
  hasCompact(words: string): boolean;
};

/** Reads a text once, in time that grows with its length only. */
export function readTextFacts(text: string): TextFacts {
  const normalized = normalizeText(text.slice(0, MOST_CHARACTERS_CHECKED));
  const allWords = wordsOf(normalized);
  const words = new Set(allWords);
  const dates = findDates(normalized);
  const numbers = new Set(findNumbers(normalized).flatMap(({ values }) => values));
  for (const value of numberWordValues(allWords)) numbers.add(value);
  const stated = new Set(dates.flatMap(({ keys }) => keys));
  const implied = new Set([...stated].flatMap(impliedKeys));
  let compacted: string | undefined;

  return {
    normalized,
    words,
    isCut: text.length > MOST_CHARACTERS_CHECKED,
    wordCount: allWords.length,
    hasNumber: (values, tolerance) => values.some((value) => numbers.has(value)) || isNear(numbers, values, tolerance),
    hasDate: (keys) => keys.some((key) => implied.has(key) || isAssembled(key, stated, numbers)),
    dateCount: dates.length,
    amounts: findAmounts(normalized),
    currencies: currenciesOf(normalized, words),
    emailCount: countEmails(normalized),
    hasCompact: (given) => {
      const wanted = compact(normalizeText(given));
      compacted ??= compact(normalized);
      return wanted.length >= 4 && compacted.includes(wanted);
    },
  };
}

/** A rounded figure (`1.2 million`) holds where the text has one that rounds to it. */
function isNear(numbers: ReadonlySet<number>, [value]: readonly number[], tolerance: number): boolean {
  if (tolerance === 0 || value === undefined) return false;
  for (const number of numbers) if (Math.abs(number - value) <= tolerance) return true;
  return false;
}

/** A date whose day stands in the text without a year, and its year elsewhere: `14 May` below a heading of 2026. */
function isAssembled(key: string, stated: ReadonlySet<string>, numbers: ReadonlySet<number>): boolean {
  const [year, month, day] = key.split('-');
  return year !== '' && day !== '' && stated.has(`-${month}-${day}`) && numbers.has(Number(year));
}

function countEmails(normalized: string): number {
  return normalized.match(/(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w-]/g)?.length ?? 0;
}
