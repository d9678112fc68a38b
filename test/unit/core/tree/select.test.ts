import { seededRandom } from '../../../../src/core/seeded-random';
import { byScore, selectGreedy, selectSampled } from '../../../../src/core/tree/select';

const of = (...scores: (number | null)[]) => scores.map((score, id) => ({ id, score }));

describe('the greedy choice', () => {
  test('takes the best, and of equals the earlier', () => {
    expect(selectGreedy(of(1, 3, 1, 3, 2, 1), 4)).toEqual({ chosen: [1, 3, 4, 0], tie: true });
    expect(selectGreedy(of(1, 3, 2), 2)).toEqual({ chosen: [1, 2], tie: false });
  });

  test('keeps all where there are fewer than the beam is wide', () => {
    expect(selectGreedy(of(1, 2), 5)).toEqual({ chosen: [1, 0], tie: false });
  });

  test('what has no score comes after everything that has one, even a negative one', () => {
    expect(byScore(of(null, -5, null, 0)).map(({ id }) => id)).toEqual([3, 1, 0, 2]);
  });
});

describe('the sampled choice', () => {
  test('is decided by its seed and its level', () => {
    const scores = of(...Array.from({ length: 50 }, (_, index) => index + 1));
    const chosen = (seed: number, level: number) => selectSampled(scores, 5, seed, level).chosen;
    expect(chosen(7, 1)).toEqual(chosen(7, 1));
    expect(chosen(7, 1)).not.toEqual(chosen(8, 1));
    expect(chosen(7, 1)).not.toEqual(chosen(7, 2));
  });

  test('takes each candidate as often as its share of the scores says', () => {
    const counts = [0, 0, 0];
    for (let seed = 0; seed < 6000; seed += 1) {
      const [first = 0] = selectSampled(of(1, 2, 3), 1, seed, 1).chosen;
      counts[first] = (counts[first] ?? 0) + 1;
    }
    // Four standard deviations of a binomial count around 1000, 2000 and 3000.
    [1000, 2000, 3000].forEach((expected, index) => {
      expect(Math.abs((counts[index] ?? 0) - expected)).toBeLessThan(4 * Math.sqrt(expected * (1 - expected / 6000)));
    });
  });

  test('takes what scores nothing only when no other is left', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      expect(
        selectSampled(of(0, null, 5, -1, 1), 3, seed, 1)
          .chosen.slice(0, 2)
          .sort(),
      ).toEqual([2, 4]);
      expect(selectSampled(of(0, null, 5, -1, 1), 3, seed, 1).chosen[2]).toBe(0);
    }
  });
});

test('the random numbers are those of SplitMix32, and evenly spread', () => {
  const random = seededRandom(42);
  const first = [random(), random(), random()];
  // Pinned: a change of the generator would change what recorded runs choose.
  expect(first).toMatchInlineSnapshot(`
   [
     0.07237175037153065,
     0.9809980646241456,
     0.6428957756143063,
   ]
  `);
  const many = Array.from({ length: 20_000 }, seededRandom(1));
  expect(many.reduce((sum, value) => sum + value, 0) / many.length).toBeCloseTo(0.5, 1);
  expect(Math.min(...many)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...many)).toBeLessThan(1);
});
