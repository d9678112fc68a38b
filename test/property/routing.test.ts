import fc from 'fast-check';
import type { Threshold } from '../../src/contracts/cascade.schema';
import { calibrateRouter } from '../../src/core/calibration/calibrate-router';
import { routerCurve } from '../../src/core/calibration/router-curve';
import { replayCascade } from '../../src/core/cascade/replay-cascade';
import { semanticRoute } from '../../src/core/routing/semantic-route';
import { propertyRuns } from '../helpers/property-runs';

const SETTINGS = { seed: 20261123, numRuns: propertyRuns(300) };
const unit = fc.integer({ min: 0, max: 20 }).map((twentieths) => twentieths / 20);
const right = fc.constantFrom(0, 1);
const shuffledOf = <T>(list: fc.Arbitrary<T[]>) =>
  list.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })));

test('a semantic route does not depend on the order of similarities, and is the best mean that reaches the threshold', () => {
  const similarity = fc.record({ route: fc.nat({ max: 4 }), similarity: fc.integer({ min: -10, max: 10 }) });
  fc.assert(
    fc.property(
      shuffledOf(fc.array(similarity, { maxLength: 20 })),
      fc.integer({ min: -10, max: 10 }),
      ([given, other], threshold) => {
        const options = { topK: 20, aggregate: 'mean' as const, threshold };
        const { chosen, scores } = semanticRoute(given, options);
        expect(semanticRoute(other, options)).toEqual({ chosen, scores });
        const means = [0, 1, 2, 3, 4].flatMap((route) => {
          const own = given.filter((entry) => entry.route === route).map((entry) => entry.similarity);
          return own.length === 0 ? [] : [{ route, mean: own.reduce((a, b) => a + b, 0) / own.length }];
        });
        const best = Math.max(...means.map(({ mean }) => mean));
        expect(chosen?.route).toBe(best >= threshold ? means.find(({ mean }) => mean === best)?.route : undefined);
      },
    ),
    SETTINGS,
  );
});

const routerRow = fc.record({
  score: unit,
  weakQuality: right,
  strongQuality: right,
  weakCost: fc.integer({ min: 1, max: 3 }),
  strongCost: fc.integer({ min: 4, max: 30 }),
});

test('every point of a router\u2019s curve is what its threshold does to the rows, in whatever order they come', () => {
  fc.assert(
    fc.property(shuffledOf(fc.array(routerRow, { minLength: 1, maxLength: 30 })), ([rows, other]) => {
      const curve = routerCurve(rows);
      expect(routerCurve(other)).toEqual(curve);
      for (const { threshold, strongShare, quality, meanCost } of curve) {
        const strong = rows.map(({ score }) => score >= threshold);
        const mean = (of: (index: number) => number) =>
          rows.reduce((sum, _, index) => sum + of(index), 0) / rows.length;
        expect(strongShare).toBe(strong.filter(Boolean).length / rows.length);
        expect(quality).toBe(mean((at) => (strong[at] ? rows[at]?.strongQuality : rows[at]?.weakQuality) ?? 0));
        expect(meanCost).toBe(mean((at) => (strong[at] ? rows[at]?.strongCost : rows[at]?.weakCost) ?? 0));
      }
    }),
    SETTINGS,
  );
});

test('no point of the curve is better than the calibrated one and keeps to the target', () => {
  fc.assert(
    fc.property(fc.array(routerRow, { minLength: 1, maxLength: 30 }), unit, (rows, strongShare) => {
      const { best, curve } = calibrateRouter(rows, { strongShare });
      expect(best.strongShare).toBeLessThanOrEqual(strongShare);
      for (const point of curve)
        if (point.strongShare <= strongShare) expect(point.quality).toBeLessThanOrEqual(best.quality);
    }),
    SETTINGS,
  );
});

test('a cascade is what asking row by row does, strictly above each threshold', () => {
  const row = fc.record({
    scores: fc.array(unit, { minLength: 2, maxLength: 2 }),
    costs: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 3, maxLength: 3 }),
    quality: fc.array(right, { minLength: 3, maxLength: 3 }),
  });
  const threshold: fc.Arbitrary<Threshold> = fc.oneof(
    unit,
    fc.tuple(unit, unit).map(([a, b]) => ({ above: Math.max(a, b), below: Math.min(a, b) })),
  );
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), threshold, threshold, (rows, first, second) => {
      const goesOn = (limit: Threshold, score = 0) =>
        typeof limit === 'number' ? score <= limit : score <= limit.above && score >= limit.below;
      const stages = rows.map(({ scores }) => (!goesOn(first, scores[0]) ? 0 : !goesOn(second, scores[1]) ? 1 : 2));
      const paid = rows.map(({ costs }, at) => costs.slice(0, (stages[at] ?? 0) + 1).reduce((a, b) => a + b, 0));
      const replay = replayCascade(rows, [first, second]);
      expect(replay.stages).toEqual(stages);
      expect(replay.meanCost).toBe(paid.reduce((a, b) => a + b, 0) / rows.length);
    }),
    SETTINGS,
  );
});
