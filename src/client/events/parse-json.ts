import type { JsonValue } from '../../contracts/json';
import { isDeeperThan, MAX_NESTING } from '../../core/json-size';
import { malformed } from './refusal';

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
