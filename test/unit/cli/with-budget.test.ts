import { shownBudget } from '../../../src/cli/render/shown-budget';
import { withBudget } from '../../../src/cli/with-budget';

test.each(['0', '-1', 'ten', '1e3', '', '1.', 'NaN', '0x1'])('--budget %j is no amount of money', (usd) => {
  expect(() => withBudget({}, usd)).toThrow(expect.objectContaining({ type: 'InvalidInput', field: 'budget' }));
});

test('--budget sets the money of a budget and leaves its other amounts', () => {
  expect(withBudget({ task: 'x' }, undefined)).toEqual({ task: 'x' });
  expect(withBudget({ task: 'x' }, '$0.50')).toEqual({ task: 'x', budget: { usd: 0.5 } });
  expect(withBudget({ budget: { usd: 2, calls: 3 } }, '1')).toEqual({ budget: { usd: 1, calls: 3 } });
});

test('a budget is told in one line: what was used, what is left, what did not fit, what never came back', () => {
  const none = { usd: 0, tokens: 0, calls: 0 };
  const report = {
    caps: { usd: 0.01, calls: 5 },
    atCap: 'stop' as const,
    settled: { usd: 0.0004, tokens: 30, calls: 2 },
    unknown: { usd: 0.001, tokens: 100, calls: 1 },
    reserved: none,
    unused: { usd: 0.0086, calls: 2 },
    refused: 1,
    byModel: {},
    byStep: {},
  };
  expect(shownBudget(report)).toBe(
    'Budget: $0.0014 of $0.0100 used, $0.0086 left; 3 of 5 calls; 1 call of unknown cost at the worst case; 1 call did not fit',
  );
});
