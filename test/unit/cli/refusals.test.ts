import { mkdtemp, open, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Envelope } from '../../../src/contracts/envelope.schema';
import { envelopeSchema, listSchema } from '../../../src/contracts/envelope.schema';
import { scheduleListSchema } from '../../../src/contracts/schedule.schema';
import { runInside } from '../../helpers/run-inside';

/** The folder that the commands in the examples are meant for. */
const root = path.resolve(__dirname, '..', '..', '..');

let folder: string;
let home: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'cadenza-refusals-')));
  home = path.join(folder, 'home');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
// Nothing of all this starts or makes anything.
afterEach(() => expect(stat(home)).rejects.toThrow());

const run = (...args: string[]) => runInside(args, { variables: { CADENZA_HOME: home }, cwd: root });

async function written(name: string, content: unknown): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** The envelope of a command that was refused. */
async function refused(...args: string[]): Promise<Envelope> {
  const { code, json, stderr } = await run(...args, '--json');
  expect(code).toBe(2);
  expect(stderr).not.toContain('Started');
  return envelopeSchema.parse(json());
}

test('a home in which nothing has run has no runs and no schedules, and nothing to end', async () => {
  const listed = await run('list', '--json');
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(listSchema.parse(listed.json())).toEqual({ runs: [] });
  const schedules = await run('schedules', '--json');
  expect(schedules).toMatchObject({ code: 0, stderr: '' });
  expect(scheduleListSchema.parse(schedules.json())).toEqual({ schedules: [] });
  expect((await refused('status', 'nobody')).error?.type).toBe('RunNotFound');
  expect((await refused('schedules', 'pause', 'nothing')).error).toMatchObject({
    type: 'ScheduleNotFound',
    field: 'id',
  });
  expect(await run('down')).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing runs') });
  expect(await run('doctor', '--prune')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no Temporal server runs'),
  });
  expect((await run('codec')).stderr).toMatch(/ConfigurationInvalid: nothing is encrypted here/);
});

test('analyze refuses files that can not be read by their names', async () => {
  const large = path.join(folder, 'large.txt');
  const handle = await open(large, 'w');
  await handle.truncate(200 * 1024 * 1024);
  await handle.close();

  expect(await refused('analyze', 'missing.pdf')).toEqual({
    workflowId: null,
    runId: null,
    pattern: 'pipeline',
    status: 'failed',
    error: { type: 'DocumentMissing', message: 'there is no file missing.pdf' },
  });
  const several = await run('analyze', 'missing.pdf', folder, await written('empty.txt', ''), large, '--json');
  expect(several.code).toBe(2);
  const errors = several.json<{ runs: Envelope[] }>().runs.map((one) => envelopeSchema.parse(one).error);
  expect(errors.map((error) => error?.type)).toEqual([
    'DocumentMissing',
    'DocumentUnreadable',
    'DocumentEmpty',
    'DocumentTooLarge',
  ]);
  ['missing.pdf', path.basename(folder), 'empty.txt', 'large.txt'].forEach((name, index) => {
    expect(errors[index]?.message).toContain(name);
  });
});

test.each<[string, string, unknown, string | undefined, string]>([
  ['a wrong field', 'pipeline', { definition: 'x', failFast: 'yes' }, 'failFast', 'failFast'],
  ['an unknown field', 'pipeline', { definition: 'x', failfast: true }, undefined, 'did you mean "failFast"?'],
  ['a syntax error', 'pipeline', 'definition: x\ninput: { file: [a, b\n', 'input', 'input.yaml: line 3'],
  [
    'an unknown placeholder',
    'chain',
    { initialPrompt: 'x', steps: [{ name: 'a', promptTemplate: '{initial_inpt}' }] },
    'steps[0].promptTemplate',
    'did you mean "initial_input"?',
  ],
])('run refuses %s and names what is right', async (_, pattern, given, field, message) => {
  const { workflowId, error } = await refused('run', pattern, '-i', await written('input.yaml', given));
  expect({ workflowId, error: { field: undefined, ...error } }).toEqual({
    workflowId: null,
    error: { type: 'InvalidInput', field, message: expect.stringContaining(message) },
  });
});

test('a usage error is in the envelope too', async () => {
  expect((await refused('run', '-i', '-')).error?.message).toContain('pattern');
});

test('a schedule that can not be is refused, and what belongs to one where there is none', async () => {
  const line = ['run', 'pipeline', '-i', await written('input.json', { definition: 'document_analysis' })];
  expect((await refused(...line, '--schedule', '0 6 * *')).error).toMatchObject({
    type: 'InvalidInput',
    field: 'cron',
  });
  expect((await refused(...line, '--time-zone', 'UTC')).error).toMatchObject({ field: 'time-zone' });
});

test.each([
  [['doctor', '--dry-run'], '--dry-run goes with --prune'],
  [['doctor', '--prune', '--older-than', 'soon'], 'such as 30d'],
  [['keys', 'new', '../x'], 'can not be used'],
])('%j is refused', async (args, message) => {
  expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
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
])('batch refuses %s', async (_what, input, more, message) => {
  const line = ['batch', 'routeToModel', '--config', 'examples/batch/mail.yaml'];
  const { pattern, error } = await refused(...line, '--items', await written('items.jsonl', input), ...more);
  expect({ pattern, type: error?.type }).toEqual({ pattern: 'batch', type: 'InvalidInput' });
  expect(error?.message).toContain(message);
});
