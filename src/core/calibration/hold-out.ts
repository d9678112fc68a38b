import { seededRandom } from '../seeded-random';

/** Rows parted at random, always the same way: those that a threshold is chosen on, and those it is judged on. */
export function holdOut<R>(rows: readonly R[], part: number): { used: R[]; heldOut: R[] } {
  const random = seededRandom(rows.length);
  const order = rows.map((row, index) => ({ row, index, key: random() }));
  order.sort((a, b) => a.key - b.key || a.index - b.index);
  const held = new Set(order.slice(0, Math.floor(rows.length * part)).map(({ index }) => index));
  return {
    used: rows.filter((_, index) => !held.has(index)),
    heldOut: rows.filter((_, index) => held.has(index)),
  };
}
