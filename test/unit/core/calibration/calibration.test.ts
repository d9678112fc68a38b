import { calibrateCascade } from '../../../../src/core/calibration/calibrate-cascade';
import { calibrateRouter } from '../../../../src/core/calibration/calibrate-router';
import { performanceGap, performanceGapRecovered } from '../../../../src/core/calibration/performance-gap';
import { quantile } from '../../../../src/core/calibration/quantile';
import type { RouterRow } from '../../../../src/core/calibration/router-curve';
import { routerCurve } from '../../../../src/core/calibration/router-curve';
import { replayCascade } from '../../../../src/core/cascade/replay-cascade';
import { seededRandom } from '../../../helpers/seeded-random';

const random = seededRandom(5);
const COSTS = { weakCost: 1, strongCost: 20 };

/** Items where the strong model gets right all that the weak one does, and more. */
const items = Array.from({ length: 4_000 }, () => {
  const ease = random();
  return { ease, weakQuality: ease > 0.4 ? 1 : 0, strongQuality: ease > 0.15 ? 1 : 0, ...COSTS };
});
const scoredBy = (score: (item: (typeof items)[number]) => number): RouterRow[] =>
  items.map(({ ease, ...item }) => ({ ...item, score: score({ ease, ...item }) }));

describe('the curve of a router', () => {
  const row = (score: number, weakQuality: number, strongQuality: number): RouterRow => ({
    score,
    weakQuality,
    strongQuality,
    ...COSTS,
  });

  test('goes from all weak to all strong, and equal scores together', () => {
    expect(routerCurve([row(0.2, 1, 1), row(0.9, 0, 1), row(0.9, 0, 1), row(0.5, 1, 0)])).toEqual([
      { threshold: Infinity, strongShare: 0, quality: 0.5, meanCost: 1 },
      { threshold: 0.9, strongShare: 0.5, quality: 1, meanCost: 10.5 },
      { threshold: 0.5, strongShare: 0.75, quality: 0.75, meanCost: 15.25 },
      { threshold: 0.2, strongShare: 1, quality: 0.75, meanCost: 20 },
    ]);
  });

  test.each([
    [[], 'at least one labelled row'],
    [[row(NaN, 1, 1)], 'row 0: score must be a number'],
  ])('of %j is refused', (rows, message) => expect(() => routerCurve(rows)).toThrow(message));

  test('a random router recovers about half of the gap on average', () => {
    const apgrs = Array.from({ length: 20 }, () => performanceGap(routerCurve(scoredBy(() => random()))).apgr ?? NaN);
    for (const apgr of apgrs) expect(Math.abs(apgr - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(apgrs.reduce((sum, apgr) => sum + apgr, 0) / apgrs.length - 0.5)).toBeLessThan(0.01);
  });

  test('a router that knows who is right has a PGR of 1 with the calls it needs, and an APGR near 1', () => {
    const rows = scoredBy(({ weakQuality, strongQuality }) => strongQuality - weakQuality);
    const oracle = calibrateRouter(rows, { quality: 0 }).curve[1];
    const needed = rows.filter((entry) => entry.strongQuality > entry.weakQuality).length / rows.length;
    const { weakQuality, strongQuality, apgr } = performanceGap(routerCurve(rows));
    expect(oracle?.strongShare).toBe(needed);
    expect(performanceGapRecovered(oracle?.quality ?? 0, weakQuality, strongQuality)).toBe(1);
    expect(apgr).toBeCloseTo(1 - needed / 2, 10);
  });

  test('a worse than random router is below one half, and models that are equally good leave no gap', () => {
    expect(performanceGap(routerCurve(scoredBy(({ ease }) => ease))).apgr).toBeLessThan(0.5);
    const same = performanceGap(routerCurve([row(1, 1, 1), row(0, 0, 0)]));
    expect(same).not.toHaveProperty('apgr');
    expect(same.cpt).toEqual([{ recovered: 0.5 }, { recovered: 0.8 }]);
  });

  test('CPT is the share of strong calls at which a part of the gap is recovered', () => {
    const curve = [
      { threshold: Infinity, strongShare: 0, quality: 0.4, meanCost: 0 },
      { threshold: 0.5, strongShare: 0.5, quality: 0.7, meanCost: 0 },
      { threshold: 0, strongShare: 1, quality: 0.8, meanCost: 0 },
    ];
    const { cpt, apgr } = performanceGap(curve, [0.5, 0.75, 1, 1.1]);
    expect(cpt.map(({ strongShare }) => strongShare)).toEqual([
      expect.closeTo(1 / 3, 10),
      expect.closeTo(0.5, 10),
      1,
      undefined,
    ]);
    expect(apgr).toBeCloseTo((0.5 * 0.75) / 2 + (0.5 * 1.75) / 2, 12);
  });
});

describe('the threshold of a router', () => {
  const rows = scoredBy(({ ease }) => 1 - ease);

  test('for a share of strong calls is the best within it', () => {
    const { best } = calibrateRouter(rows, { strongShare: 0.3 });
    expect(best.strongShare).toBeLessThanOrEqual(0.3);
    expect(best.strongShare).toBeGreaterThan(0.29);
    expect(rows.filter(({ score }) => score >= best.threshold).length / rows.length).toBe(best.strongShare);
  });

  test('for a cost keeps to it, and for a quality reaches it at the least cost', () => {
    expect(calibrateRouter(rows, { meanCost: 5 }).best.meanCost).toBeLessThanOrEqual(5);
    const { best, curve } = calibrateRouter(rows, { quality: 0.8 });
    expect(best.quality).toBeGreaterThanOrEqual(0.8);
    for (const point of curve) if (point.quality >= 0.8) expect(point.meanCost).toBeGreaterThanOrEqual(best.meanCost);
  });

  test('that no router can reach is refused with what can be', () => {
    expect(() => calibrateRouter(rows, { quality: 1 })).toThrow(
      /no threshold gives a quality of 1; the most is 0\.8\d+/,
    );
    expect(() => calibrateRouter(rows, { meanCost: 0.5 })).toThrow('the least is 1');
  });

  test('a quantile is a number between its neighbours', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([7], 1)).toBe(7);
    expect(() => quantile([], 0.5)).toThrow('no numbers');
    expect(() => quantile([1], 1.5)).toThrow('between 0 and 1');
  });
});

describe('thresholds of a cascade', () => {
  const rows = items.slice(0, 400).map(({ ease, weakQuality, strongQuality }) => ({
    scores: [Math.min(1, Math.max(0, ease + (random() - 0.5) / 5)), Math.min(1, ease + 0.2)],
    costs: [1, 5, 50],
    quality: [weakQuality, ease > 0.25 ? 1 : 0, strongQuality],
  }));

  test('are the best within a mean cost over all asked stages', () => {
    const { best, frontier } = calibrateCascade(rows, { meanCost: 10 });
    expect(best.meanCost).toBeLessThanOrEqual(10);
    expect(best.quality).toBeGreaterThan(replayCascade(rows, [0, 0]).meanQuality);
    const replay = replayCascade(rows, best.thresholds);
    expect([replay.meanCost, replay.meanQuality]).toEqual([best.meanCost, best.quality]);
    for (const [index, point] of frontier.entries()) {
      const before = frontier[index - 1];
      if (before) expect(point.quality > before.quality && point.meanCost > before.meanCost).toBe(true);
      if (point.meanCost <= 10) expect(point.quality).toBeLessThanOrEqual(best.quality);
    }
  });

  test('are the cheapest that reach a quality: no combination of scores does it for less', () => {
    const few = rows.slice(0, 12);
    const target = 0.75;
    const { best } = calibrateCascade(few, { quality: target });
    const cuts = (stage: number) => [0, ...few.map(({ scores }) => scores[stage] as number)];
    const all = cuts(0).flatMap((first) => cuts(1).map((second) => replayCascade(few, [first, second])));
    const reached = all.filter(({ meanQuality }) => meanQuality >= target).map(({ meanCost }) => meanCost);
    expect(best.meanCost).toBe(Math.min(...reached));
  });

  test('that come in twos give up on what no stage would get right, and so cost less', () => {
    // Nobody gets the hard half right; the scores tell which half it is.
    const split = Array.from({ length: 100 }, (_, index) => {
      const score = (index + 0.5) / 100;
      return { scores: [score], costs: [1, 50], quality: [score > 0.8 ? 1 : 0, score > 0.4 ? 1 : 0] };
    });
    const single = calibrateCascade(split, { quality: 0.6 }).best;
    const double = calibrateCascade(split, { quality: 0.6 }, { double: true }).best;
    expect(single.meanCost).toBeCloseTo(1 + 50 * 0.8, 10);
    expect(double.quality).toBe(0.6);
    expect(double.meanCost).toBeCloseTo(1 + 50 * 0.4, 0);
    expect(double.thresholds[0]).toEqual({ above: expect.closeTo(0.8, 1), below: expect.closeTo(0.4, 1) });
    const { meanCost, meanQuality } = replayCascade(split, double.thresholds);
    expect([meanCost, meanQuality]).toEqual([double.meanCost, double.quality]);
  });

  test('of six stages are found too, single and double', () => {
    const long = Array.from({ length: 20 }, (_, row) => ({
      scores: Array.from({ length: 6 }, (__, stage) => ((row * 7 + stage * 3) % 20) / 20),
      costs: [1, 2, 4, 8, 16, 32],
      quality: Array.from({ length: 6 }, (__, stage) => (row % (stage + 2) === 0 ? 0 : 1)),
    }));
    for (const double of [false, true]) {
      expect(calibrateCascade(long, { meanCost: 20 }, { double }).best.thresholds).toHaveLength(5);
    }
  });

  test('one stage has none, and what can not be is refused', () => {
    const single = [{ scores: [], costs: [2], quality: [1] }];
    expect(calibrateCascade(single, { quality: 1 }).best).toEqual({
      thresholds: [],
      meanCost: 2,
      quality: 1,
      asked: [1],
    });
    expect(() => calibrateCascade(single, { meanCost: 1 })).toThrow('the least is 2');
    expect(() => calibrateCascade([], { meanCost: 1 })).toThrow('at least one labelled row');
    const long = [{ scores: [1], costs: Array(7).fill(1) as number[], quality: [1] }];
    expect(() => calibrateCascade(long, { meanCost: 1 })).toThrow(
      'a cascade of 7 stages can not be calibrated; at most 6',
    );
    const odd = [...rows.slice(0, 2), { scores: [1], costs: [1, 2, 3], quality: [1, 1, 1] }];
    expect(() => calibrateCascade(odd, { meanCost: 1 })).toThrow('row 2: needs a cost, a quality and a score');
  });
});
