import type { JsonValue } from '../../contracts/json';
import { malformed } from './refusal';

/** Deepest nesting of lists and objects: what walks the value later must not run out of stack. */
const MAX_NESTING = 100;

/** The value of JSON text in UTF-8. @throws Refusal 400 naming the field, never quoting the text */
export function parseJson(bytes: Buffer, field: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as JsonValue;
  } catch (error) {
    throw malformed(`${field}: is not ${error instanceof SyntaxError ? 'JSON' : 'UTF-8'}`, field);
  }
  if (isDeeperThan(value, MAX_NESTING)) throw malformed(`${field}: is nested more than ${MAX_NESTING} levels`, field);
  return value;
}

function isDeeperThan(value: JsonValue, most: number): boolean {
  let level: JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
