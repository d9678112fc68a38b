import { shownAge, shownCount, shownMoney, shownSeconds, shownUsage } from '../../../src/cli/render/numbers';

it.each([
  [0.04, '0.0 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.6, '1 min 0 s'],
  [125, '2 min 5 s'],
  [3_780, '1 h 3 min'],
])('shows %d seconds as %s', (seconds, shown) => {
  expect(shownSeconds(seconds)).toBe(shown);
});

it.each([
  [0, '$0'],
  [0.000000002, '$0.000000002'],
  [0.00042, '$0.00042'],
  [0.0123456, '$0.0123'],
  [12.3, '$12.30'],
])('shows %d dollars as %s', (usd, shown) => {
  expect(shownMoney(usd)).toBe(shown);
});

it('separates thousands', () => {
  expect([999, 1_000, 1_234_567].map(shownCount)).toEqual(['999', '1,000', '1,234,567']);
});

it('says that a run cost nothing because no provider was called, the price is 0, or none is known', () => {
  const usage = { calls: 0, cutCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, journalHits: 0, cacheHits: 0 };
  expect(shownUsage(usage)).toBe('no calls to a provider, $0');
  const called = { ...usage, calls: 1, inputTokens: 1 };
  expect(shownUsage({ ...called, unpricedCalls: 1 })).toBe('1 call, 1 token, $0 (no price known)');
  expect(shownUsage(called)).toBe('1 call, 1 token, $0');
  expect(shownUsage({ ...called, calls: 3, unpricedCalls: 1, costUsd: 0.5 })).toBe(
    '3 calls, 1 token, $0.5000 (no price known for 1 call)',
  );
  expect(shownUsage({ ...usage, calls: 3, cutCalls: 1, inputTokens: 1200, costUsd: 0.5 })).toBe(
    '3 calls (1 cut off), 1,200 tokens, $0.5000',
  );
});

it('shows an age in the unit that tells most', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  const ages = ['2026-03-10T11:59:30Z', '2026-03-10T11:55:00Z', '2026-03-10T09:00:00Z', '2026-03-07T12:00:00Z'];
  expect(ages.map((time) => shownAge(time, now))).toEqual(['just now', '5 min ago', '3 h ago', '3 d ago']);
});
