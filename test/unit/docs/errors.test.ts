import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FAILURES } from '../../../src/contracts/failures';
import { filesIn, read } from './pages';

test('docs/errors.md has one row for each failure type, with its cause, whether it is tried again, and a remedy', () => {
  const page = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'errors.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  expect(rows.map(([, type, cause, again]) => [type, cause, again])).toEqual(
    Object.entries(FAILURES).map(([type, row]) => [`\`${type}\``, row.cause, row.retryable ? 'yes' : 'no']),
  );
  for (const row of rows) expect(row[4]).toMatch(/\S{3,}/);
});

test('every failure type of the table is one that the code can end with', () => {
  const code = filesIn('src', '.ts')
    .filter((file) => !file.endsWith('contracts/failures.ts'))
    .map(read)
    .join('\n');
  const unused = Object.keys(FAILURES).filter((type) => !new RegExp(`['"]${type}['"]`).test(code));
  expect(unused).toEqual([]);
});
