import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { MAX_INPUT_BYTES, parseInput, readBounded, readInputFile } from '../../../src/cli/input-file';
import { readJsonLines } from '../../../src/cli/item-files';

it('reads JSON, also with tabs, and YAML', () => {
  expect(parseInput('{\n\t"definition": "x"\n}', 'a.json')).toEqual({ definition: 'x' });
  expect(parseInput('definition: x\ninput: { file: a.pdf }\n', 'a.yaml')).toEqual({
    definition: 'x',
    input: { file: 'a.pdf' },
  });
});

it.each([
  ['an unclosed list', 'a: 1\nb: [1, 2\n', /in\.yaml: line 3/],
  ['wrong indentation', 'a:\n  b: 1\n c: 2\n', /in\.yaml: line 3/],
  ['JSON with a comma too many', '{\n  "a": 1,,\n}', /in\.yaml: line 2/],
  ['nothing', ' \n', /in\.yaml: is empty/],
  ['an alias without an anchor', 'a: *b\n', /in\.yaml: /],
])('names source and line of %s', (_, content, message) => {
  expect(() => parseInput(content, 'in.yaml')).toThrow(message);
});

it('does not let aliases grow without end', () => {
  const levels = Array.from({ length: 12 }, (_, n) => `l${n}: &l${n} [${n === 0 ? 'x' : `*l${n - 1},`.repeat(10)}]`);
  expect(() => parseInput(levels.join('\n'), 'bomb.yaml')).toThrow(/bomb\.yaml/);
});

describe('a file of input', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cadenza-input-'));
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    writeFileSync(path.join(folder, 'large.json'), '{}');
    truncateSync(path.join(folder, 'large.json'), MAX_INPUT_BYTES + 1);
    writeFileSync(path.join(folder, 'marked.json'), '\ufeff{ "a": 1 }');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['/dev/zero', 'is a device or a named pipe; give a file, or - for standard input'],
    ['pipe', 'is a device or a named pipe'],
    ['large.json', 'has more than 64 MB. Texts go in as documents'],
    ['.', 'is a folder'],
    ['none.json', 'there is no such file'],
  ])('that is %s is refused at once', async (name, message) => {
    const file = path.resolve(folder, name);
    const refusal = { type: 'InvalidInput', message: expect.stringContaining(message) };
    await expect(readInputFile(file)).rejects.toMatchObject(refusal);
    await expect(readJsonLines(file)).rejects.toMatchObject(refusal);
  });

  it('may start with a byte order mark, and a character may lie across two chunks', async () => {
    await expect(readInputFile(path.join(folder, 'marked.json'))).resolves.toEqual({ a: 1 });
    const bytes = Buffer.from('über');
    await expect(readBounded(Readable.from([bytes.subarray(0, 1), bytes.subarray(1)]), 'x')).resolves.toBe('über');
  });
});

it('what never ends is read up to the limit', async () => {
  let given = 0;
  const endless = new Readable({
    read() {
      this.push('x'.repeat(1024));
      given += 1;
    },
  });
  await expect(readBounded(endless, 'standard input', 1024 * 1024)).rejects.toMatchObject({
    type: 'InvalidInput',
    message: expect.stringContaining('standard input: has more than 1 MB'),
  });
  expect(given).toBeLessThan(1100);
  expect(endless.destroyed).toBe(true);
});
