import type { RouterPoint, RouterRow } from './router-curve';

/** What a threshold gives on rows that it was not chosen on. @throws RangeError where there are none */
export function judgeRouter(rows: readonly RouterRow[], threshold: number): RouterPoint {
  if (rows.length === 0) throw new RangeError('judgeRouter: no rows');
  const strong = (row: RouterRow) => row.score >= threshold;
  const mean = (value: (row: RouterRow) => number) => rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
  return {
    threshold,
    strongShare: mean((row) => (strong(row) ? 1 : 0)),
    quality: mean((row) => (strong(row) ? row.strongQuality : row.weakQuality)),
    meanCost: mean((row) => (strong(row) ? row.strongCost : row.weakCost)),
  };
}
