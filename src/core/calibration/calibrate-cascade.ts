import type { Threshold } from '../../contracts/cascade.schema';
import { CadenzaError } from '../../contracts/failures';
import { replayCascade } from '../cascade/replay-cascade';
import type { CascadeRow } from '../cascade/replay-cascade';

/** Either the best quality for at most this mean cost, or the least cost for at least this mean quality. */
export type CalibrationTarget = { meanCost: number } | { quality: number };

export type CascadePoint = { thresholds: Threshold[]; meanCost: number; quality: number; asked: number[] };

export type CascadeCalibration = {
  best: CascadePoint;
  /** Points that no other beats in both cost and quality, the cheapest first. */
  frontier: CascadePoint[];
};

/** About as many combinations of thresholds are tried; with several stages each has fewer steps. */
const MOST_COMBINATIONS = 10_000;

/** Beyond this the grid would be too coarse to say anything; FrugalGPT itself stops at three stages. */
const MOST_STAGES = 6;

/** Steps of one threshold: FrugalGPT's grid has 40. */
const MOST_STEPS = 200;

/**
 * Thresholds for every stage but the last, from labelled rows: a grid over the quantiles of each stage's scores, as in
 * FrugalGPT (Chen et al. 2023). Costs are of all stages asked. Of equal points the cheaper, then the better, then the
 * first in the grid wins. With `double` each stage may get two thresholds, which also give up on what no later stage would
 * get right (AutoMix, Madaan et al. 2023). What it returns is what these rows give; judge it on rows that were held out.
 * @throws CadenzaError `InvalidInput` where there are no rows, rows of different length, more than six
 * stages, or no point meets the target
 */
export function calibrateCascade(
  rows: readonly CascadeRow[],
  target: CalibrationTarget,
  { double = false }: { double?: boolean } = {},
): CascadeCalibration {
  const stages = stagesOf(rows);
  const points = combinations(gridsOf(rows, stages - 1, double)).map((thresholds) => {
    const { meanCost, meanQuality, asked } = replayCascade(rows, thresholds);
    return { thresholds, meanCost, quality: meanQuality, asked };
  });
  const allowed = points.filter((point) =>
    'meanCost' in target ? point.meanCost <= target.meanCost : point.quality >= target.quality,
  );
  const better = (a: CascadePoint, b: CascadePoint) =>
    'meanCost' in target
      ? b.quality - a.quality || a.meanCost - b.meanCost
      : a.meanCost - b.meanCost || b.quality - a.quality;
  const best = [...allowed].sort(better)[0];
  if (!best) throw unreachable(points, target);
  return { best, frontier: frontierOf(points) };
}

function stagesOf(rows: readonly CascadeRow[]): number {
  const stages = rows[0]?.costs.length ?? 0;
  if (stages === 0) throw new CadenzaError('InvalidInput', 'calibration needs at least one labelled row with costs');
  if (stages > MOST_STAGES) {
    throw new CadenzaError(
      'InvalidInput',
      `a cascade of ${stages} stages can not be calibrated; at most ${MOST_STAGES}`,
    );
  }
  const odd = rows.findIndex(({ costs, quality, scores }) => {
    return costs.length !== stages || quality.length !== stages || scores.length < stages - 1;
  });
  if (odd === -1) return stages;
  const needed = `needs a cost, a quality and a score for each of ${stages} stages`;
  throw new CadenzaError('InvalidInput', `row ${odd}: ${needed}`, { field: `rows[${odd}]` });
}

function gridsOf(rows: readonly CascadeRow[], gated: number, double: boolean): Threshold[][] {
  if (gated === 0) return [];
  const perStage = Math.pow(MOST_COMBINATIONS, 1 / gated);
  // Of n scores there are about n * n / 2 pairs.
  const fitting = Math.floor(double ? Math.sqrt(2 * perStage) - 1 : perStage);
  const steps = Math.max(2, Math.min(MOST_STEPS, fitting));
  return Array.from({ length: gated }, (_, stage) => {
    const scores = rows.map((row) => row.scores[stage] ?? NaN).filter(Number.isFinite);
    const sorted = scores.sort((a, b) => a - b);
    // Scores that occur: two thresholds between the same neighbours part the rows in the same place.
    const quantiles = Array.from({ length: steps }, (__, step) => {
      return sorted[Math.floor(((sorted.length - 1) * step) / (steps - 1))] ?? 1;
    });
    // Strictly above: at 0 all but the scores of 0 are accepted, at the highest score none.
    const singles = [...new Set([0, ...quantiles])].sort((a, b) => a - b);
    return double ? [...singles, ...pairsOf(singles)] : singles;
  });
}

/** Two thresholds for each pair; a lower one of the least score gives up on nothing, and is left out. */
function pairsOf(singles: readonly number[]): Threshold[] {
  return singles.slice(1).flatMap((below, at) => singles.slice(at + 1).map((above) => ({ above, below })));
}

function combinations(grids: readonly Threshold[][]): Threshold[][] {
  return grids.reduce<Threshold[][]>((all, grid) => all.flatMap((head) => grid.map((value) => [...head, value])), [[]]);
}

function frontierOf(points: readonly CascadePoint[]): CascadePoint[] {
  const frontier: CascadePoint[] = [];
  for (const point of [...points].sort((a, b) => a.meanCost - b.meanCost || b.quality - a.quality)) {
    if (point.quality > (frontier.at(-1)?.quality ?? -Infinity)) frontier.push(point);
  }
  return frontier;
}

function unreachable(points: readonly CascadePoint[], target: CalibrationTarget): CadenzaError {
  const least = points.reduce((a, { meanCost }) => Math.min(a, meanCost), Infinity);
  const most = points.reduce((a, { quality }) => Math.max(a, quality), -Infinity);
  return 'meanCost' in target
    ? new CadenzaError('InvalidInput', `no thresholds cost at most ${target.meanCost}; the least is ${least}`)
    : new CadenzaError('InvalidInput', `no thresholds reach a quality of ${target.quality}; the most is ${most}`);
}
