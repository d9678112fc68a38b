import type { JsonValue } from '../contracts/json';

/** Deepest nesting of lists and objects that is taken: what walks a value must not run out of stack. */
export const MAX_NESTING = 100;

/** True where lists and objects are nested deeper than that. Uses no stack. */
export function isDeeperThan(value: JsonValue, most: number): boolean {
  let level: JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

/** JSON bytes of a value. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value) ?? '').length;
}
