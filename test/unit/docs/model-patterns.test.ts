import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { checkInput } from '../../../src/contracts/check-input.schema';

const root = path.join(__dirname, '..', '..', '..');
const PAGES = [
  ['routeToModel', 'route-to-model'],
  ['ensemble', 'ensemble'],
  ['cascade', 'cascade'],
  ['chain', 'chain'],
] as const;

test.each(PAGES)('every input on the page of %s is one', (pattern, name) => {
  const text = readFileSync(path.join(root, 'docs', 'patterns', `${name}.md`), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
  expect(blocks).not.toEqual([]);
  for (const block of blocks) expect(() => checkInput(pattern, parse(block))).not.toThrow();
});

test.each(PAGES)('every example of %s is one, and begins with its command', (pattern, name) => {
  const folder = path.join(root, 'examples', name);
  const files = readdirSync(folder);
  expect(files).not.toEqual([]);
  for (const file of files) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    expect(() => checkInput(pattern, parse(text))).not.toThrow();
    expect(text).toContain(`npx cadenza run ${pattern} -i examples/${name}/${file}\n`);
  }
});
