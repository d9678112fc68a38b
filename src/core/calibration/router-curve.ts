import { CadenzaError } from '../../contracts/failures';

/** A labelled item: how likely it needs the strong model, and what each model makes of it (1 right, 0 wrong) and costs. */
export type RouterRow = {
  score: number;
  weakQuality: number;
  strongQuality: number;
  weakCost: number;
  strongCost: number;
};

/** What a threshold gives on the rows: `strongShare` of them go to the strong model, those with `score >= threshold`. */
export type RouterPoint = { threshold: number; strongShare: number; quality: number; meanCost: number };

/**
 * Every way in which a threshold can part the rows, from all weak (threshold Infinity) to all strong: one point for each
 * score that occurs, as equal scores can not be parted. Sums run over rows by score, then by index.
 * @throws CadenzaError `InvalidInput` where there are no rows, or a number is none
 */
export function routerCurve(rows: readonly RouterRow[]): RouterPoint[] {
  checkRows(rows);
  const sorted = [...rows].sort((a, b) => b.score - a.score);
  const total = { quality: 0, cost: 0 };
  for (const row of rows) {
    total.quality += row.weakQuality;
    total.cost += row.weakCost;
  }
  const points = [pointAt(Infinity, 0, total, rows.length)];
  sorted.forEach((row, index) => {
    total.quality += row.strongQuality - row.weakQuality;
    total.cost += row.strongCost - row.weakCost;
    if (sorted[index + 1]?.score !== row.score) points.push(pointAt(row.score, index + 1, total, rows.length));
  });
  return points;
}

function checkRows(rows: readonly RouterRow[]): void {
  if (rows.length === 0) throw new CadenzaError('InvalidInput', 'calibration needs at least one labelled row');
  rows.forEach((row, index) => {
    for (const field of ['score', 'weakQuality', 'strongQuality', 'weakCost', 'strongCost'] as const) {
      if (Number.isFinite(row[field])) continue;
      throw new CadenzaError('InvalidInput', `row ${index}: ${field} must be a number`, {
        field: `rows[${index}].${field}`,
      });
    }
  });
}

function pointAt(
  threshold: number,
  strong: number,
  total: { quality: number; cost: number },
  rows: number,
): RouterPoint {
  return { threshold, strongShare: strong / rows, quality: total.quality / rows, meanCost: total.cost / rows };
}
