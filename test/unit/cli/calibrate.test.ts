import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { checkInput } from '../../../src/contracts/check-input.schema';
import { runInside } from '../../helpers/run-inside';

/** The folder that the commands in the examples are meant for. */
const cwd = path.resolve(__dirname, '..', '..', '..');

const calibrate = (...args: string[]) => runInside(['calibrate', ...args], { cwd });

test('a cascade: the threshold, what it gives, the curve and a snippet that is one', async () => {
  const args = ['cascade', 'examples/calibrate/cascade.jsonl', '--target-accuracy', '0.9'];
  const { code, stdout } = await calibrate(...args);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}small accepted above 0\.32\n {2}On 60 labelled items: 90% right at \$0\.00090 an item/);
  expect(stdout).toMatch(/▸ 0\.32 +90% +\$0\.00090 +31\.7% +█+/);
  const { yaml, curve, accuracy } = (await calibrate(...args, '--json')).json<{
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
  const args = ['router', 'examples/calibrate/router.jsonl', '--target-share', '0.4', '--hold-out', '0.25'];
  const { code, stdout } = await calibrate(...args);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}large where the score reaches 0\.\d+, else small\n {2}On 45 labelled items: /);
  expect(stdout).toMatch(/15 items held out: \d+(\.\d)?% right/);
  const { yaml } = (await calibrate(...args, '--json')).json<{ yaml: string }>();
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
  const { code, stderr } = await calibrate(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('nothing of it needs a server', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cadenza-calibrate-'));
  const file = path.join(folder, 'rows.jsonl');
  await writeFile(
    file,
    '{"score": 1, "weak": {"costUsd": 1, "correct": true}, "strong": {"costUsd": 2, "correct": true}}\n',
  );
  const variables = { CADENZA_HOME: path.join(folder, 'never') };
  const line = ['calibrate', 'router', file, '--target-accuracy', '1'];
  const { stdout, stderr } = await runInside(line, { variables });
  expect(stdout).toContain('weak alone is best: no threshold');
  expect(stdout).toContain('model: weak');
  expect(stderr).toBe('');
  await expect(access(variables.CADENZA_HOME)).rejects.toThrow('ENOENT');
  await rm(folder, { recursive: true, force: true });
});
