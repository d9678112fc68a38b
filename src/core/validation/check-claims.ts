import type { Finding } from './finding';
import { quoted } from './finding';
import { findAmounts, isCurrencyWord } from './find-amounts';
import { findDates } from './find-dates';
import { capitalizedShare, findNames } from './find-names';
import { findNumbers, literalNumbers } from './find-numbers';
import { normalizeText } from './normalize-text';
import type { TextFacts } from './text-facts';

/** Counts of things ("three parties") are found by counting, not by reading. */
const LARGEST_COUNT = 10;

/** Above this share of capitalized words, a capital letter says nothing about being a name. */
const CAPITALS_ARE_NAMES_BELOW = 0.3;

const HEDGE =
  /(?:about|around|approximately|approx\.?|nearly|almost|roughly|over|more than|less than|under|some|circa|ca\.?|rund|etwa) ?\D{0,3}$/;

/** Facts that a summary states and its text does not: numbers, dates, currencies, names. Each is named once. */
export function checkClaims(summary: string, facts: TextFacts): Finding[] {
  const normalized = normalizeText(summary);
  const dates = findDates(normalized);
  const masked = mask(normalized, dates);
  const findings = [
    ...dates.filter(({ keys }) => !facts.hasDate(keys)).map(({ text }) => claim('summary_date', 'date', text, 'error')),
    ...checkNumbers(masked, facts),
    ...checkCurrencies(masked, facts),
    ...checkNames(summary, facts),
  ];
  const seen = new Set<string>();
  return findings
    .filter(({ check, value }) => !seen.has(`${check} ${value}`) && seen.add(`${check} ${value}`))
    .map((finding) => (facts.isCut && finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding));
}

/** Blanks the dates out, so that their days and years are not taken for numbers of their own. */
function mask(normalized: string, dates: readonly { index: number; text: string }[]): string {
  let end = 0;
  const parts = dates.flatMap(({ index, text }) => {
    const before = normalized.slice(end, index);
    end = index + text.length;
    return [before, ' '.repeat(text.length)];
  });
  return parts.join('') + normalized.slice(end);
}

type Kind = 'summary_date' | 'summary_number' | 'summary_currency' | 'summary_name';

function claim(check: Kind, what: string, words: string, severity: 'error' | 'warning'): Finding {
  const value = quoted(words);
  return { severity, check, message: `the summary's ${what} "${value}" does not stand in the text`, value };
}

function checkNumbers(masked: string, facts: TextFacts): Finding[] {
  const missing = findNumbers(masked).filter(({ values, tolerance }) => !facts.hasNumber(values, tolerance));
  const literal = literalNumbers(facts.normalized, new Set(missing.map(({ text }) => text)));
  return missing.flatMap(({ text, index, values }) => {
    if (literal.has(text)) return [];
    const isCount = values.length === 1 && Number.isInteger(values[0]) && (values[0] ?? 0) <= LARGEST_COUNT;
    const isHedged = HEDGE.test(masked.slice(Math.max(0, index - 20), index));
    return [claim('summary_number', 'number', text, isCount || isHedged ? 'warning' : 'error')];
  });
}

function checkCurrencies(masked: string, facts: TextFacts): Finding[] {
  return findAmounts(masked)
    .filter(({ currency }) => !facts.currencies.has(currency))
    .map(({ text }) => claim('summary_currency', 'currency in', text, 'error'));
}

function checkNames(summary: string, facts: TextFacts): Finding[] {
  const isSure = capitalizedShare(summary) < CAPITALS_ARE_NAMES_BELOW;
  return findNames(summary).flatMap(({ text, words }) => {
    const named = words.filter((word) => !isCurrencyWord(word) && !/^\d+$/.test(word));
    const missing = named.filter((word) => !isInText(word, facts.words));
    if (missing.length === 0) return [];
    // An abbreviation may be made from the words of the text, a title or legal form added to a name that is there.
    const isAbbreviation = /^[\p{Lu}.]{2,6}$/u.test(text);
    const isWhole = missing.length === named.length;
    return [claim('summary_name', 'name', text, isSure && isWhole && !isAbbreviation ? 'error' : 'warning')];
  });
}

/** Also in its other number: `Parties` for `party`. */
function isInText(word: string, words: ReadonlySet<string>): boolean {
  const stem = word.replace(/(?:ies|y|es|s)$/, '');
  return words.has(word) || ['', 's', 'es', 'y', 'ies'].some((ending) => stem.length > 2 && words.has(stem + ending));
}
