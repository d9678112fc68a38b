import type { Normalisation } from '../../contracts/answers.schema';
import type { JsonValue } from '../../contracts/json';
import { numberKey } from './number-key';

/** Answers nested deeper than this are not compared. */
const MAX_DEPTH = 64;

/** What nobody sees: zero-width and direction marks, variation selectors, control characters that are no spaces. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu;
const VISIBLE = /[^\s\p{Default_Ignorable_Code_Point}\p{Cc}]/u;

/**
 * What an answer is counted under: two answers with one key are one vote. Undefined where there is nothing to count
 * (null, text of spaces only, a number that no double holds) or it is nested more than 64 deep. `value`: numbers by value whether they came as text or
 * not (`42`, `42.0`, ` 42.`, `1,000` and `1e3` too), text by case, space and width, without characters that nobody sees,
 * objects by content whatever the order of their fields. `words`: letters and digits only, without case. `exact`: as it is.
 */
export function answerKey(answer: JsonValue | undefined, normalise: Normalisation = 'value'): string | undefined {
  if (answer === undefined || answer === null) return undefined;
  if (typeof answer === 'string' && isBlank(answer)) return undefined;
  // `1e999` in JSON.
  if (typeof answer === 'number' && !Number.isFinite(answer)) return undefined;
  if (depthOf(answer) > MAX_DEPTH) return undefined;
  const key = keyOf(answer, normalise);
  return key === '' ? undefined : key;
}

/** True where a text shows nothing: it is empty, or all of it is spaces and characters that nobody sees. */
export function isBlank(text: string): boolean {
  return !VISIBLE.test(text);
}

/** True where both answers count as one vote. Nothing to count equals nothing. */
export function sameAnswer(a: JsonValue | undefined, b: JsonValue | undefined, normalise?: Normalisation): boolean {
  const key = answerKey(a, normalise);
  return key !== undefined && key === answerKey(b, normalise);
}

function keyOf(value: JsonValue, normalise: Normalisation): string {
  if (typeof value === 'string') return textKey(value, normalise);
  if (typeof value === 'number') return numberKey(String(value)) ?? String(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(plain(value, normalise));
}

function textKey(text: string, normalise: Normalisation): string {
  if (normalise === 'exact') return text;
  const plainText = folded(text);
  if (normalise === 'words') return (plainText.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join(' ');
  return numberKey(plainText) ?? plainText;
}

/** Without case, runs of space, what is invisible, and the full width that some keyboards give to ASCII. */
function folded(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(INVISIBLE, '')
    .trim();
}

/** The same content in one form: fields sorted, every value replaced by its key. */
function plain(value: JsonValue, normalise: Normalisation): JsonValue {
  if (Array.isArray(value)) return value.map((item) => plain(item, normalise));
  if (typeof value !== 'object' || value === null) return value === null ? null : keyOf(value, normalise);
  const fields = Object.keys(value).sort();
  return fields.map((name) => [name, plain(value[name] as JsonValue, normalise)]);
}

function depthOf(value: JsonValue): number {
  let level: JsonValue[] = [value];
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    const next: JsonValue[] = [];
    for (const item of level) {
      if (typeof item === 'object' && item !== null) for (const child of Object.values(item)) next.push(child);
    }
    if (next.length === 0) return depth;
    level = next;
  }
  return MAX_DEPTH + 1;
}
