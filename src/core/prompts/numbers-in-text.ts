import type { Parsed } from './parsed';
import { parsed, unparsed } from './parsed';
import { textLines } from './list-items';

/** A number as it stands in a text, and where it ends. */
export type NumberInText = { value: number; start: number; end: number };

// Every part is bounded, so a long row of digits costs no more than its length times a constant.
const NUMBER =
  /(?<![\p{L}\p{N}_.])[-+−]?(?:\d{1,3}(?:,\d{3}){1,20}(?!\d)(?:\.\d{1,30})?|\d{1,30}(?:\.\d{1,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?(?![\p{L}\p{N}_]|\.\d)/gu;

/** The numbers of a text: digits with an English decimal point, groups of thousands, a sign, an exponent. */
export function numbersIn(text: string): NumberInText[] {
  return [...text.matchAll(NUMBER)].flatMap((match) => {
    const value = Number(match[0].replace(/,/g, '').replace('−', '-'));
    return Number.isFinite(value) ? [{ value, start: match.index, end: match.index + match[0].length }] : [];
  });
}

/**
 * The one number that a text comes down to: its only one, else the only one of its last line, else the only one after
 * the last `:` or `=` of that line. Several numbers are a failure, not a guess.
 */
export function soleNumber(text: string): Parsed<number> {
  const all = numbersIn(text);
  if (all.length === 0) return unparsed('holds no number');
  const last = textLines(text).at(-1) ?? '';
  const after = last.slice(Math.max(last.lastIndexOf(':'), last.lastIndexOf('=')) + 1);
  for (const found of [all, numbersIn(last), numbersIn(after)]) {
    const only = found.length === 1 ? found[0] : undefined;
    if (only) return parsed(only.value);
  }
  return unparsed('holds several numbers, and does not end with one of them');
}
