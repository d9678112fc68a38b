import { isContentReference } from '../../contracts/content';
import type { JsonValue } from '../../contracts/json';

/** Deeper than this a value is no answer to anything. */
const MOST_DEPTH = 100;

/** What is to be known of a value that a stranger made. */
export type ForeignValue = {
  /** It is nested deeper than any honest value. */
  tooDeep: boolean;
  /** A number in it is larger than any that JSON can carry on: it would arrive as null. */
  infinite: boolean;
  /** Something in it has the shape of a content reference, and must not be taken for one. */
  forged: boolean;
};

/** Looks through a value from outside; takes no stack, however deep it is. */
export function inspectForeign(value: JsonValue): ForeignValue {
  const queue = [{ value, depth: 0 }];
  let forged = false;
  let infinite = false;
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (next.depth > MOST_DEPTH) return { tooDeep: true, infinite, forged };
    infinite ||= typeof next.value === 'number' && !Number.isFinite(next.value);
    if (typeof next.value !== 'object' || next.value === null) continue;
    forged ||= isContentReference(next.value);
    const depth = next.depth + 1;
    for (const child of Object.values(next.value)) queue.push({ value: child, depth });
  }
  return { tooDeep: false, infinite, forged };
}
