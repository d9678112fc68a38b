/**
 * The q-quantile of numbers, between neighbours by a straight line (the usual type 7, as in NumPy and pandas).
 * @throws RangeError where there are no numbers, or q is not in 0..1
 */
export function quantile(values: readonly number[], q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile: must be between 0 and 1, got ${q}`);
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const lower = sorted[Math.floor(at)];
  const upper = sorted[Math.ceil(at)];
  if (lower === undefined || upper === undefined) throw new RangeError('quantile: of no numbers');
  return lower + (upper - lower) * (at - Math.floor(at));
}
