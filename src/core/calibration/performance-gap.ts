import type { RouterPoint } from './router-curve';

/**
 * How much of the gap between the models a router closes (RouteLLM, Ong et al. 2024). Undefined where both models are
 * equally good: there is no gap.
 */
export type GapReport = {
  weakQuality: number;
  strongQuality: number;
  /** Mean recovered gap over all shares of strong calls: a random router has about one half. */
  apgr?: number;
  /** Least share of strong calls that recovers this part of the gap; between points by a straight line. */
  cpt: { recovered: number; strongShare?: number }[];
};

/** Performance gap recovered: 0 is the weak model's quality, 1 the strong one's; a router may do better than either. */
export function performanceGapRecovered(quality: number, weak: number, strong: number): number | undefined {
  return strong === weak ? undefined : (quality - weak) / (strong - weak);
}

/**
 * APGR (trapezoids over the share of strong calls) and CPT of a curve as `routerCurve` gives it: from all weak to all
 * strong. `recovered` are the parts of the gap that CPT is wanted for.
 */
export function performanceGap(curve: readonly RouterPoint[], recovered: readonly number[] = [0.5, 0.8]): GapReport {
  const weakQuality = curve[0]?.quality ?? 0;
  const strongQuality = curve.at(-1)?.quality ?? 0;
  const gaps = curve.map(({ strongShare, quality }) => ({
    share: strongShare,
    gap: performanceGapRecovered(quality, weakQuality, strongQuality),
  }));
  const points = gaps.flatMap(({ share, gap }) => (gap === undefined ? [] : [{ share, gap }]));
  const area = points.slice(1).reduce((sum, point, index) => {
    const before = points[index] as (typeof points)[number];
    return sum + ((point.share - before.share) * (point.gap + before.gap)) / 2;
  }, 0);
  return {
    weakQuality,
    strongQuality,
    ...(points.length > 1 && { apgr: area }),
    cpt: recovered.map((part) => {
      const strongShare = firstShare(points, part);
      return { recovered: part, ...(strongShare !== undefined && { strongShare }) };
    }),
  };
}

function firstShare(points: readonly { share: number; gap: number }[], part: number): number | undefined {
  for (const [index, point] of points.entries()) {
    if (point.gap < part) continue;
    const before = points[index - 1];
    if (!before) return point.share;
    return before.share + ((part - before.gap) / (point.gap - before.gap)) * (point.share - before.share);
  }
  return undefined;
}
