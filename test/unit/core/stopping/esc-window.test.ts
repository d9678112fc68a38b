import { escOutcome, expectedSamples, windowAgrees } from '../../../../src/core/stopping/esc-window';
import { draw, seededRandom } from '../../../helpers/seeded-random';

describe('windows', () => {
  test.each([
    [['a', 'a', 'a'], true],
    [['a', 'a', 'b'], false],
    [['a', 'a'], false],
    [[undefined, undefined, undefined], false],
    [['a', undefined, 'a'], false],
  ])('%j agree: %s', (votes, agree) => expect(windowAgrees(votes, 3)).toBe(agree));

  test('the first window that agrees ends it, and its answer is the result', () => {
    expect(escOutcome(['a', 'b', 'b', 'b', 'a', 'a'], 2)).toEqual({
      samples: 4,
      stoppedEarly: true,
      windowAnswer: 'b',
    });
  });

  test('windows do not slide: equal answers over an edge are no window', () => {
    expect(escOutcome(['a', 'b', 'b', 'a'], 2)).toEqual({ samples: 4, stoppedEarly: false });
  });

  test('the answer is that of the window, also against the votes before it', () => {
    const votes = ['a', 'a', 'a', 'a', 'b', 'a', 'a', 'a', 'a', 'b', 'b', 'b', 'b', 'b', 'b'];
    expect(escOutcome(votes, 5).windowAnswer).toBe('b');
  });

  test('an incomplete last window never agrees', () => {
    expect(escOutcome(['a', 'b', 'a'], 2)).toEqual({ samples: 3, stoppedEarly: false });
  });
});

describe('the expected number of samples', () => {
  test.each([
    [[1], 5, 40, 5],
    [[0.5, 0.5], 1, 1, 1],
    [[0], 5, 40, 40],
    [[0.5, 0.5], 2, 4, 3],
  ])('of %j with windows of %d up to %d is %d', (probabilities, size, most, expected) => {
    expect(expectedSamples(probabilities, size, most)).toBeCloseTo(expected, 12);
  });

  test.each([
    [[0.9, 0.1], 5, 40],
    [[0.7, 0.2, 0.1], 5, 40],
    [[0.5, 0.3, 0.1], 4, 40],
    [[0.34, 0.33, 0.33], 2, 20],
  ])('of %j (w=%d, max %d) is what 20,000 simulated questions take', (probabilities, size, most) => {
    const random = seededRandom(20_261_123);
    const runs = 20_000;
    const rest = 1 - probabilities.reduce((sum, p) => sum + p, 0);
    let squares = 0;
    let taken = 0;
    for (let run = 0; run < runs; run += 1) {
      const votes = Array.from({ length: most }, () => {
        const answer = draw([...probabilities, rest], random);
        return answer < probabilities.length ? `answer ${answer}` : undefined;
      });
      const { samples } = escOutcome(votes, size);
      taken += samples;
      squares += samples * samples;
    }
    const mean = taken / runs;
    const standardError = Math.sqrt((squares / runs - mean * mean) / runs);
    expect(standardError).toBeGreaterThan(0);
    expect(Math.abs(mean - expectedSamples(probabilities, size, most))).toBeLessThan(4 * standardError);
  });

  test('needs whole windows', () => expect(() => expectedSamples([1], 5, 12)).toThrow('multiple of the window 5'));
});
