import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { batchResultSchema, itemResultSchema } from '../../src/contracts/batch.schema';
import type { ItemResult } from '../../src/contracts/batch.schema';
import { checkInput } from '../../src/contracts/check-input.schema';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';

/** The folder that the commands in the examples are meant for. */
const cwd = path.resolve(__dirname, '..', '..');
const MAIL = ['--config', 'examples/batch/mail.yaml', '--items', 'examples/batch/mail.jsonl'];

let cli: Cli;
let folder: string;

jest.setTimeout(120_000);
beforeAll(async () => {
  // As on a fresh install: no key, no registry of one's own.
  cli = await createCli();
  folder = await mkdtemp(path.join(tmpdir(), 'cadenza-batch-'));
});
afterAll(async () => {
  await cli.close();
  await rm(folder, { recursive: true, force: true });
});

const itemsIn = async (file: string): Promise<ItemResult[]> =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => itemResultSchema.parse(JSON.parse(line)));

test('examples/batch: the summary for people, the results of all items in a file', async () => {
  const file = path.join(folder, 'results.jsonl');
  const { code, stdout, stderr } = await cli.run(
    ['batch', 'routeToModel', ...MAIL, '--id', 'mail', '--output', file, '--max-parallel', '4'],
    { cwd },
  );
  expect({ code, ...(code === 0 ? {} : { stderr }) }).toEqual({ code: 0 });
  expect(stdout).toMatch(/^✓ mail\n {2}12 of 12 items completed\n {2}91\.7% right \(11 of 12\)\n/);
  expect(stderr).toContain('Started mail: 12 items');
  expect(stderr).toContain('mail: 12 of 12 items');
  expect(stderr).toContain('npx cadenza result mail --output items.jsonl');
  const items = await itemsIn(file);
  expect(items.map(({ item }) => item)).toEqual([...Array(12).keys()]);
  expect(items.filter(({ correct }) => !correct).map(({ id }) => id)).toEqual(['irony']);

  const again = path.join(folder, 'again.jsonl');
  const result = await cli.run(['result', 'mail', '--output', again, '--json']);
  expect(batchResultSchema.parse(envelopeSchema.parse(result.json()).result).summary.accuracy).toBeCloseTo(11 / 12);
  expect(await readFile(again, 'utf8')).toBe(await readFile(file, 'utf8'));

  const status = await cli.run(['status', 'mail/item-11']);
  expect(status.stdout).toMatch(/completed: routeToModel/);
  const list = await cli.run(['status', 'mail']);
  expect(list.stdout).toMatch(/completed: batch[^]*12 of 12/);

  // Its results, for a calibration: at no threshold is the weak model worse than itself.
  const calibrated = await cli.run(['calibrate', 'cascade', file, file, '--target-accuracy', '0.9', '--json']);
  expect(calibrated.json()).toMatchObject({ models: ['results', 'results'], items: 12, accuracy: 11 / 12 });
});

test.each<[string, string, string[], string]>([
  ['a line that is no JSON', '{"input": "a"}\n\n{"input": \n', [], 'line 3: is no JSON'],
  ['a line that is no object', '{"input": "a"}\n["b"]', [], 'line 2: expected a JSON object'],
  [
    'an id that is there twice',
    '{"id": 1, "input": "a"}\n\n{"id": 1, "input": "b"}',
    [],
    'line 3.id: "1" is the id of line 1',
  ],
  [
    'a field that the pattern does not have',
    '{"input": "a", "modle": "b"}',
    [],
    'config with line 1: routeToModel input: unknown field "modle"; did you mean "model"?',
  ],
  ['an input that is missing', '{"id": "a"}', [], 'config with line 1: routeToModel input: input: is required'],
  ['no line', '\n', [], 'has no items'],
  ['a limit that is none', '{"input": "a"}', ['--max-parallel', 'many'], '--max-parallel takes a whole number'],
  ['a budget that is none', '{"input": "a"}', ['--budget', 'much'], '--budget: expected an amount in US dollars'],
  ['a folder that is not there', '{"input": "a"}', ['--output', 'nowhere/at/all.jsonl'], '--output'],
])('%s is bad input, told before anything is started', async (_what, input, more, message) => {
  const args = ['batch', 'routeToModel', '--items', '-', '--config', 'examples/batch/mail.yaml', ...more, '--json'];
  const variables = { CADENZA_HOME: path.join(folder, 'never') };
  const { code, json, stderr } = await cli.run(args, { cwd, input, variables });
  expect(code).toBe(2);
  const { pattern, error } = envelopeSchema.parse(json());
  expect({ pattern, type: error?.type }).toEqual({ pattern: 'batch', type: 'InvalidInput' });
  expect(error?.message).toContain(message);
  expect(stderr).not.toContain('Started');
  await expect(access(variables.CADENZA_HOME)).rejects.toThrow('ENOENT');
});

test('items that fail are told with their ids, and the batch is there', async () => {
  const input = '{"id": "good", "input": "I love it"}\n{"id": "odd", "input": 3}\n';
  const { code, stdout, stderr } = await cli.run(
    ['batch', 'routeToModel', '--items', '-', '--config', 'examples/batch/mail.yaml', '--id', 'two'],
    { cwd, input },
  );
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(/1 of 2 items completed, 1 failed.*✗ items\[1\] odd InvalidInput: /);
  expect(stderr).toContain('npx cadenza status two/item-1');
});

describe('calibrate', () => {
  test('a cascade: the threshold, what it gives, the curve and a snippet that is one', async () => {
    const args = ['calibrate', 'cascade', 'examples/calibrate/cascade.jsonl', '--target-accuracy', '0.9'];
    const { code, stdout } = await cli.run(args, { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ {2}small accepted above 0\.32\n {2}On 60 labelled items: 90% right at \$0\.00090 an item/,
    );
    expect(stdout).toMatch(/▸ 0\.32 +90% +\$0\.00090 +31\.7% +█+/);
    const { yaml, curve, accuracy } = (await cli.run([...args, '--json'], { cwd })).json<{
      yaml: string;
      accuracy: number;
      curve: { accuracy: number; costUsd: number }[];
    }>();
    const stages = { task: 'classification', input: { text: 'x', labels: ['a', 'b'] }, ...(parse(yaml) as object) };
    expect(checkInput('cascade', stages).stages[0]).toMatchObject({ model: 'small', accept: { score: 0.32 } });
    expect(accuracy).toBe(0.9);
    expect([...curve].sort((a, b) => a.costUsd - b.costUsd || a.accuracy - b.accuracy)).toEqual(curve);
  });

  test('a router: within a share of strong calls, judged on items that were held out', async () => {
    const args = [
      'calibrate',
      'router',
      'examples/calibrate/router.jsonl',
      '--target-share',
      '0.4',
      '--hold-out',
      '0.25',
    ];
    const { code, stdout } = await cli.run(args, { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}large where the score reaches 0\.\d+, else small\n {2}On 45 labelled items: /);
    expect(stdout).toMatch(/15 items held out: \d+(\.\d)?% right/);
    const { yaml } = (await cli.run([...args, '--json'], { cwd })).json<{ yaml: string }>();
    expect(() =>
      checkInput('routeToModel', { task: 'generation', input: 'x', ...(parse(yaml) as object) }),
    ).not.toThrow();
  });

  test.each<[string[], string]>([
    [['cascade', 'examples/calibrate/cascade.jsonl'], 'give one of --target-accuracy, --target-cost'],
    [['cascade', 'examples/calibrate/cascade.jsonl', '--target-accuracy', '1'], 'the most is 0.9'],
    [['cascade', 'examples/calibrate/router.jsonl', '--target-cost', '1'], 'line 1: stages: expected a list'],
    [['cascade', 'nowhere.jsonl', '--target-cost', '1'], 'there is no such file'],
    [['router', 'examples/calibrate/router.jsonl', '--target-cost', '1', '--target-share', '1'], 'give one of'],
    [['router', 'examples/calibrate/router.jsonl', '--target-cost', '1', '--hold-out', '2'], 'between 0 and 1'],
    [['router', 'examples/calibrate/router.jsonl', '--target-share', '40'], 'takes a part from 0 to 1, such as 0.9'],
  ])('%j is refused', async (args, message) => {
    const { code, stderr } = await cli.run(['calibrate', ...args], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('nothing of it needs a server', async () => {
    const file = path.join(folder, 'rows.jsonl');
    await writeFile(
      file,
      '{"score": 1, "weak": {"costUsd": 1, "correct": true}, "strong": {"costUsd": 2, "correct": true}}\n',
    );
    const variables = { CADENZA_HOME: path.join(folder, 'never') };
    const { stdout, stderr } = await cli.run(['calibrate', 'router', file, '--target-accuracy', '1'], { variables });
    expect(stdout).toContain('weak alone is best: no threshold');
    expect(stdout).toContain('model: weak');
    expect(stderr).toBe('');
    await expect(access(variables.CADENZA_HOME)).rejects.toThrow('ENOENT');
  });
});
