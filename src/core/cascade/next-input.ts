import { isContentReference } from '../../contracts/content';
import type { JsonObject, JsonValue } from '../../contracts/json';
import { plainAnswer } from '../votes/counted-output';

/**
 * What the next stage of a pipe works on: the answer of the one before, or what a transform made of it, as the text of
 * the first input, whose other fields (labels, a language) stay. A transform that gives an object with a `text` sets
 * those fields too.
 */
export function nextInput(first: JsonValue, output: JsonValue, transformed: JsonValue | undefined): JsonValue {
  const base = isPlainObject(first) ? first : {};
  if (transformed === undefined) return { ...base, text: plainAnswer(output) ?? output };
  if (isPlainObject(transformed) && 'text' in transformed) return { ...base, ...transformed };
  return { ...base, text: transformed };
}

function isPlainObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isContentReference(value);
}
