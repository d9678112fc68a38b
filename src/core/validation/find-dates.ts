import { MONTHS } from './month-names';

/** A date in a normalized text. `keys` are its readings: `2026-5-14`, without a year `-5-14`, without a day `2026-5-`. */
export type FoundDate = { text: string; index: number; keys: string[] };

const month = `(${[...MONTHS.keys()].sort((a, b) => b.length - a.length).join('|')})`;
const edge = '(?![\\p{L}\\p{N}])';

type Parts = readonly (string | undefined)[];
type DateForm = { pattern: RegExp; keys: (parts: Parts) => string[] };

const FORMS: readonly DateForm[] = [
  {
    pattern: /(?<![\p{L}\p{N}])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/gu,
    keys: ([, year, first, second]) => [key(year, first, second)],
  },
  {
    // Day first in most of the world, month first in the United States: the text must agree with one of them.
    pattern: /(?<![\p{L}\p{N}.])(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4}|\d{2})(?!\d)/gu,
    keys: ([, first, , second, year]) => [key(fullYear(year), second, first), key(fullYear(year), first, second)],
  },
  {
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}])(\\d{1,2})(?:st|nd|rd|th|er|\\.)? (?:of |de )?${month}${edge}\\.?,? ?(?:de )?(\\d{4}(?!\\d))?`,
      'gu',
    ),
    keys: ([, day, name, year]) => [key(year, monthOf(name), day)],
  },
  {
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}])${month}${edge}\\.? (\\d{1,2})(?:st|nd|rd|th)?${edge}(?:,? (\\d{4})(?!\\d))?`,
      'gu',
    ),
    keys: ([, name, day, year]) => [key(year, monthOf(name), day)],
  },
  {
    pattern: new RegExp(`(?<![\\p{L}\\p{N}])${month}${edge}\\.?,? (?:de )?(\\d{4})(?!\\d)`, 'gu'),
    keys: ([, name, year]) => [key(year, monthOf(name), undefined)],
  },
];

/** The dates of a normalized text in figures and in English, German, French and Spanish, in order, none inside another. */
export function findDates(normalized: string): FoundDate[] {
  const all = FORMS.flatMap(({ pattern, keys }) =>
    [...normalized.matchAll(pattern)].map((match) => ({
      text: match[0].trim(),
      index: match.index,
      keys: [...new Set(keys(match).filter((reading) => reading !== ''))],
    })),
  ).filter((date) => date.keys.length > 0);
  all.sort((a, b) => a.index - b.index || b.text.length - a.text.length);
  let end = 0;
  return all.filter((date) => {
    if (date.index < end) return false;
    end = date.index + date.text.length;
    return true;
  });
}

/** A key and the vaguer ones it implies: the whole date also says its month and its day of the year. */
export function impliedKeys(full: string): string[] {
  const [year, monthNumber, day] = full.split('-');
  return [full, `-${monthNumber}-${day}`, `${year}-${monthNumber}-`];
}

function key(year: string | undefined, monthNumber: string | undefined, day: string | undefined): string {
  const [monthValue, dayValue] = [Number(monthNumber), day === undefined ? undefined : Number(day)];
  if (!(monthValue >= 1 && monthValue <= 12)) return '';
  if (dayValue !== undefined && !(dayValue >= 1 && dayValue <= 31)) return '';
  return `${year ?? ''}-${monthValue}-${dayValue ?? ''}`;
}

function monthOf(name: string | undefined): string {
  return String(MONTHS.get(name ?? '') ?? '');
}

function fullYear(year: string | undefined): string | undefined {
  if (year?.length !== 2) return year;
  return Number(year) < 70 ? `20${year}` : `19${year}`;
}
