import type { Normalisation } from '../../contracts/answers.schema';
import type { JsonValue } from '../../contracts/json';
import { numberKey } from './number-key';

/** Answers nested deeper than this are not compared. */
const MAX_DEPTH = 64;

/**
 * What an answer is counted under: two answers with one key are one vote. Undefined where there is nothing to count
 * (null, text of spaces only) or it is nested more than 64 deep. `value`: numbers by value whether they came as text or
 * not (`42`, `42.0`, ` 42.`, `1,000` and `1e3` too), text by case and space, objects by content whatever the order of
 * their fields. `words`: letters and digits only, without case. `exact`: as it is.
 */
export function answerKey(answer: JsonValue | undefined, normalise: Normalisation = 'value'): string | undefined {
  if (answer === undefined || answer === null) return undefined;
  if (typeof answer === 'string' && answer.trim() === '') return undefined;
  if (depthOf(answer) > MAX_DEPTH) return undefined;
  const key = keyOf(answer, normalise);
  return key === '' ? undefined : key;
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
  const folded = text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
  if (normalise === 'words') return (folded.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join(' ');
  return numberKey(folded) ?? folded;
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
