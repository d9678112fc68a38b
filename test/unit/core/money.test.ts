import { costNanoUsd } from '../../../src/core/pricing';
import { addUsage, NO_USAGE, showUsage } from '../../../src/core/usage';

describe('prices', () => {
  test.each([
    [{ input: 2, output: 8 }, 1000, 100, 2_800_000],
    [{ input: 0.4, output: 1.6 }, 1, 1, 2_000],
    [{ input: 0.0000001, output: 0 }, 1, 0, 1],
    [{ input: 1.1, output: 0 }, 3, 0, 3_300],
    [{ input: 0, output: 0 }, 1_000_000, 1_000_000, 0],
    [undefined, 1000, 1000, 0],
  ])('%j for %d and %d tokens is exact and rounded up', (price, input, output, nano) => {
    expect(costNanoUsd(price, input, output)).toBe(nano);
  });
});

describe('usage', () => {
  const call = (costNano: number) => ({ byModel: { a: { ...NO_USAGE, calls: 1, costNanoUsd: costNano } } });

  test('adds up to the last nano-dollar, where sums of dollars would not', () => {
    const usage = showUsage(Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`s${n}`, call(100_000_001)])));
    expect(usage.costUsd).toBe(1.00000001);
    expect(usage.calls).toBe(10);
    expect(usage.byModel['a']).toMatchObject({ calls: 10, costUsd: 1.00000001 });
    expect(usage.byStep['s3']).toMatchObject({ calls: 1, costUsd: 0.100000001 });
  });

  test('of several calls is kept apart by model', () => {
    const other = { byModel: { b: { ...NO_USAGE, inputTokens: 5 } } };
    expect(addUsage(call(1), other, call(2)).byModel).toMatchObject({
      a: { calls: 2, costNanoUsd: 3 },
      b: { inputTokens: 5 },
    });
  });
});
