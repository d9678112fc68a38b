import { CadenzaError } from '../../contracts/failures';
import { performanceGap } from './performance-gap';
import type { GapReport } from './performance-gap';
import { routerCurve } from './router-curve';
import type { RouterPoint, RouterRow } from './router-curve';

/** At most this part of items to the strong model, at most this mean cost, or at least this mean quality. */
export type RouterTarget = { strongShare: number } | { meanCost: number } | { quality: number };

export type RouterCalibration = { best: RouterPoint; curve: RouterPoint[]; gap: GapReport };

/**
 * The threshold that meets a target on labelled rows, with the expected curve: the best quality within a share or cost
 * (of equals the cheaper), or the least cost that reaches a quality (of equals the better). The best threshold may be
 * Infinity (nothing goes to the strong model). It is what these rows give; judge it on rows that were held out.
 * @throws CadenzaError `InvalidInput` where there are no rows or no threshold meets the target
 */
export function calibrateRouter(rows: readonly RouterRow[], target: RouterTarget): RouterCalibration {
  const curve = routerCurve(rows);
  const allowed = curve.filter((point) => meets(point, target));
  const byCost = (a: RouterPoint, b: RouterPoint) => a.meanCost - b.meanCost;
  const byQuality = (a: RouterPoint, b: RouterPoint) => b.quality - a.quality;
  const better = (a: RouterPoint, b: RouterPoint) =>
    'quality' in target ? byCost(a, b) || byQuality(a, b) : byQuality(a, b) || byCost(a, b);
  const best = [...allowed].sort(better)[0];
  if (!best) throw unreachable(curve, target);
  return { best, curve, gap: performanceGap(curve) };
}

function meets(point: RouterPoint, target: RouterTarget): boolean {
  if ('strongShare' in target) return point.strongShare <= target.strongShare;
  return 'meanCost' in target ? point.meanCost <= target.meanCost : point.quality >= target.quality;
}

function unreachable(curve: readonly RouterPoint[], target: RouterTarget): CadenzaError {
  const most = curve.reduce((a, { quality }) => Math.max(a, quality), -Infinity);
  const least = curve.reduce((a, { meanCost }) => Math.min(a, meanCost), Infinity);
  const [asked, reach] =
    'quality' in target
      ? [`a quality of ${target.quality}`, `the most is ${most}`]
      : 'meanCost' in target
        ? [`a mean cost of at most ${target.meanCost}`, `the least is ${least}`]
        : [`a strong share of at most ${target.strongShare}`, 'the least is 0'];
  return new CadenzaError('InvalidInput', `no threshold gives ${asked}; ${reach}`);
}
