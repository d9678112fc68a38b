import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { METRICS } from '../../../src/telemetry/metrics/metric-table';

const root = path.join(__dirname, '..', '..', '..');
const page = readFileSync(path.join(root, 'docs', 'telemetry.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('docs/telemetry.md has one row for each metric, with its labels and its meaning', () => {
  const metrics = rows.filter(([, name]) => name?.startsWith('`cadenza_'));
  expect(metrics.map(([, name, labels, help]) => [name, labels, help])).toEqual(
    Object.entries(METRICS).map(([name, { labels, help }]) => [
      `\`${name}\``,
      labels.map((label) => `\`${label}\``).join(', '),
      help,
    ]),
  );
});

test('docs/telemetry.md has one row for each attribute of a span, and no other', () => {
  const folder = path.join(root, 'src', 'telemetry', 'traces');
  const code = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'));
  const used = code.join('\n').matchAll(/'((?:gen_ai|cadenza|temporal|server|error)\.[a-z_.]+)'/g);
  const told = rows.flatMap(
    ([, name]) => /^`((?:gen_ai|cadenza|temporal|server|error)\.[a-z_.]+)`$/.exec(name ?? '')?.[1] ?? [],
  );
  expect([...told].sort()).toEqual([...new Set([...used].map(([, name]) => name))].sort());
});
