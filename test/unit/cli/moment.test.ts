import { filterOf } from '../../../src/cli/commands/list';
import { momentOf } from '../../../src/cli/moment';

const NOW = new Date(2026, 10, 27, 14, 30);

test.each([
  ['today', new Date(2026, 10, 27)],
  ['yesterday', new Date(2026, 10, 26)],
  ['2h', new Date(2026, 10, 27, 12, 30)],
  ['2026-11-01', new Date(2026, 10, 1)],
  ['2026-11-01T10:00:00Z', new Date('2026-11-01T10:00:00Z')],
])('%s is a moment', (text, moment) => {
  expect(momentOf(text, '--since', NOW)).toEqual(moment);
});

test.each(['tomorrow', '2h ago', '13', '2026-13-45'])('%s is none', (text) => {
  expect(() => momentOf(text, '--since', NOW)).toThrow(/--since is ".*": give today, yesterday/);
});

test('the options of list are a filter, and what is wrong is named', () => {
  const options = { limit: '5', label: ['team=a=b'], minCost: '0.5', outcome: 'partial', sort: 'cost' };
  expect(filterOf(options, NOW)).toEqual({
    limit: 5,
    labels: { team: 'a=b' },
    minCostUsd: 0.5,
    outcome: 'partial',
    sort: 'cost',
  });
  expect(() => filterOf({ limit: '5', label: ['team'] }, NOW)).toThrow('--label takes key=value, got "team"');
  expect(() => filterOf({ limit: '5', outcome: 'fialed' }, NOW)).toThrow(/--outcome is "fialed".*failed/);
  expect(() => filterOf({ limit: '5', minCost: 'much' }, NOW)).toThrow(/--min-cost: expected an amount/);
});
