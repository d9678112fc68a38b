import nlp from 'compromise';
import type { EntitySpan } from './entity-patterns';
import { INSTITUTIONS_FIRST, INSTITUTIONS_LAST, LEGAL_FORMS, NOT_NAMES, STREETS, TITLES } from './name-lists';

type Piece = { start: number; text: string; lineLength: number };
type Word = { text: string; start: number; end: number; closed: boolean };

/** compromise takes seconds on a long text: it reads the beginning, line by line. */
const LIBRARY_READS = 10_000;
const LONGEST_NAME = 6;
const WRAPPED = 60;
const LONGEST_PIECE = 1_000;

/** People, organisations and places of an English text: own rules first, then what a library adds. Offsets are exact. */
export function findNames(text: string): EntitySpan[] {
  return [...namesByRule(text), ...namesByLibrary(text.slice(0, LIBRARY_READS))];
}

function namesByRule(text: string): EntitySpan[] {
  const spans: EntitySpan[] = [];
  for (const line of linesOf(text)) {
    const words = wordsOf(line);
    words.forEach((word, index) => {
      const joined = /^(?:of|for)$/.test(words[index + 1]?.text ?? '');
      const isCompany = LEGAL_FORMS.has(word.text);
      if (isCompany || (INSTITUTIONS_LAST.has(word.text) && !joined)) {
        const first = nameStart(words, index, isCompany);
        if (first < index && !isShouted(words, first, index)) spans.push(span('organization', words, first, index));
      }
      if (INSTITUTIONS_FIRST.has(word.text) && joined) {
        const last = nameEnd(words, index + 2);
        if (last >= index + 2) spans.push(span('organization', words, index, last));
      }
      if (TITLES.has(word.text)) {
        const last = nameEnd(words, index + 1, 3);
        if (last > index) spans.push(span('person', words, index + 1, last));
      }
      if (isPostcode(line.text.slice(word.start - line.start)) && index > 0) {
        const town = words[index - 1];
        if (town && isName(town.text)) spans.push({ type: 'place', start: town.start, end: town.end });
      }
    });
  }
  return spans;
}

/** Walks back over capitalised words, `&` and `of`; only a company may have a comma before its last word. */
function nameStart(words: Word[], last: number, isCompany: boolean): number {
  let first = last;
  while (first > 0 && last - first < LONGEST_NAME) {
    const before = words[first - 1];
    if (!before || (before.closed && !(isCompany && first === last))) break;
    if (!isName(before.text) && !/^(?:&|and|of)$/.test(before.text)) break;
    first -= 1;
  }
  while (first < last && !isName(words[first]?.text ?? '')) first += 1;
  return first;
}

/** Capitals in a whole line say nothing about names (`PROVIDED "AS IS"`). */
function isShouted(words: Word[], first: number, last: number): boolean {
  const neighbours = words.slice(Math.max(0, first - 3), last + 4);
  return neighbours.length > 5 && neighbours.every(({ text }) => text === text.toUpperCase());
}

function nameEnd(words: Word[], first: number, most = LONGEST_NAME): number {
  let last = first - 1;
  while (last + 1 < words.length && last + 1 - first < most) {
    const next = words[last + 1];
    if (!next || !isName(next.text)) break;
    last += 1;
    if (next.closed) break;
  }
  return last;
}

function namesByLibrary(text: string): EntitySpan[] {
  const spans: EntitySpan[] = [];
  for (const line of linesOf(text)) {
    if (!/[A-Z]/.test(line.text)) continue;
    const read = nlp(line.text);
    for (const [type, found] of [
      ['person', read.people()],
      ['organization', read.organizations()],
      ['place', read.places()],
    ] as const) {
      for (const name of found.json({ offset: true }) as {
        offset?: { start: number; length: number };
      }[]) {
        if (!name.offset) continue;
        const trimmed = trimName(
          text,
          line.start + name.offset.start,
          line.start + name.offset.start + name.offset.length,
        );
        if (trimmed && isPlausible(type, text.slice(trimmed.start, trimmed.end))) spans.push({ type, ...trimmed });
      }
    }
  }
  return spans;
}

/** Without titles in front and marks on both sides. */
function trimName(text: string, start: number, end: number): { start: number; end: number } | undefined {
  const words = wordsOf({ start, text: text.slice(start, end) });
  while (words[0] && (TITLES.has(words[0].text) || NOT_NAMES.has(words[0].text))) words.shift();
  const last = words[words.length - 1];
  return words[0] && last ? { start: words[0].start, end: last.end } : undefined;
}

/** The library takes headings for people and streets for places. */
function isPlausible(type: EntitySpan['type'], name: string): boolean {
  const words = name.split(/\s+/);
  const last = words[words.length - 1] ?? '';
  if (!words.every((word) => isName(word) || /^(?:&|of|de|van|von|the|and)$/.test(word))) return false;
  if (STREETS.has(last) || /\d/.test(name)) return false;
  // One capitalised word is as often a month, a product or the first word of a sentence.
  if (name === name.toUpperCase()) return type === 'place' && /^(?:UK|US|USA|EU)$/.test(name);
  return type === 'place' || words.length >= 2;
}

function isName(word: string): boolean {
  return /^\p{Lu}[\p{L}\p{M}'’.-]{0,40}$/u.test(word) && !NOT_NAMES.has(word);
}

function isPostcode(rest: string): boolean {
  return /^[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b/.test(rest);
}

function span(type: EntitySpan['type'], words: Word[], first: number, last: number): EntitySpan {
  return { type, start: words[first]?.start ?? 0, end: words[last]?.end ?? 0 };
}

/** Lines with their offsets; a long line is taken to go on in the next, since names are wrapped too. */
function linesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (const match of text.matchAll(/[^\r\n\t|]+/g)) {
    const last = pieces[pieces.length - 1];
    const gap = last ? text.slice(last.start + last.text.length, match.index) : '';
    if (last && last.lineLength >= WRAPPED && /^\r?\n$/.test(gap) && last.text.length < LONGEST_PIECE) {
      last.text += ' '.repeat(gap.length) + match[0];
      last.lineLength = match[0].length;
    } else {
      pieces.push({ start: match.index, text: match[0], lineLength: match[0].length });
    }
  }
  return pieces;
}

/** Words without the marks around them; `closed` where a mark other than an abbreviation's dot follows. */
function wordsOf(line: { start: number; text: string }): Word[] {
  return [...line.text.matchAll(/\S+/g)].flatMap((match) => {
    const lead = /^[^\p{L}\p{N}&]*/u.exec(match[0])?.[0].length ?? 0;
    const inner = match[0].slice(lead);
    let length = inner.length;
    while (length > 0 && !/[\p{L}\p{N}&]/u.test(inner.charAt(length - 1))) length -= 1;
    if (length === 0) return [];
    const text = inner.slice(0, length);
    const tail = inner.slice(length);
    const start = line.start + match.index + lead;
    const closed = tail !== '' && !(tail === '.' && (text.length === 1 || TITLES.has(text)));
    return [{ text, start, end: start + length, closed }];
  });
}
