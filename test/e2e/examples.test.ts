import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import type { Cadenza, GivenInput } from '../../src/client';
import { connectCadenza } from '../../src/client';
import { readEnvironment } from '../../src/config/environment';
import { batchResultSchema, itemResultSchema } from '../../src/contracts/batch.schema';
import type { ItemResult } from '../../src/contracts/batch.schema';
import type { ContentReference } from '../../src/contracts/content';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import type { CloudEvent } from '../../src/contracts/event.schema';
import type { RouterProgress } from '../../src/contracts/event-messages';
import type { JsonObject } from '../../src/contracts/json';
import type { Pattern } from '../../src/contracts/names';
import { HANDLE_EVENT_WORKFLOW } from '../../src/contracts/names';
import type { PipelineResult } from '../../src/contracts/pipeline.schema';
import { scheduleListSchema, scheduleSchema } from '../../src/contracts/schedule.schema';
import { anyFreePort } from '../../src/embedded/free-port';
import type { Cli, CliResult } from '../helpers/run-cli';
import { createCli, neutralVariables } from '../helpers/run-cli';
import { runInside } from '../helpers/run-inside';
import { waitUntil } from '../helpers/wait-until';

/** The folder that the commands in the examples are meant for. */
const cwd = path.resolve(__dirname, '..', '..');
const INVOICE =
  'Invoice FO-2026-0183 from Fennimore & Oakes Ltd to Quillmark Publishing Inc, dated 17 March 2026, ' +
  'due 16 April 2026, total GBP 3,639.60.';

let cli: Cli;
let cadenza: Cadenza;

jest.setTimeout(120_000);
beforeAll(async () => {
  // As on a fresh install: no key, no registry of one's own.
  cli = await createCli();
  await run('run eventRouter -i examples/events/router.yaml --id documents --detach');
  cadenza = await connectCadenza({ environment: readEnvironment({ CADENZA_HOME: cli.home }) });
});
afterAll(async () => {
  await cadenza.close();
  await cli.close();
});

/** A command line of an example in the folder of the project, in a process of its own. */
async function run(line: string): Promise<unknown> {
  return documentOf(line, await cli.run([...line.split(' '), '--json'], { cwd }));
}

/** As `run`, for a command that runs in a process of its own elsewhere. */
async function inside(line: string): Promise<unknown> {
  return documentOf(line, await runInside([...line.split(' '), '--json'], { variables: cli.variables, cwd }));
}

function documentOf(line: string, { code, stderr, json }: CliResult): unknown {
  expect({ line, code, ...(code === 0 ? {} : { stderr }) }).toEqual({ line, code: 0 });
  return json();
}

/** The result of a run of a pattern with the input of an example. */
async function resultOf(pattern: Pattern, file: string): Promise<unknown> {
  const input = parse(await readFile(path.join(cwd, 'examples', file), 'utf8')) as GivenInput<Pattern>;
  return (await cadenza.start(pattern, input)).result();
}

async function outputOf(workflowId: string): Promise<unknown> {
  return ((await (await cadenza.find(workflowId)).result()) as PipelineResult).output;
}

async function eventsOf(router: string): Promise<RouterProgress> {
  const progress = await (await cadenza.find(router)).progress();
  return progress.events as RouterProgress;
}

test('examples/events: an uploaded document is read, classified, searched, summarized and checked', async () => {
  await run('emit document.uploaded --router documents --document examples/documents/invoice.pdf');
  await waitUntil(async () => (await eventsOf('documents')).handled === 5, 60);
  const { progress } = envelopeSchema.parse(await inside('status documents'));
  const { events } = progress as { events: JsonObject };
  expect(events).toMatchObject({ received: 1, handled: 5, failed: 0, unhandled: 0, filtered: 0, deadLetters: 0 });

  // What the last handler was told of is what the event of the one before it carried.
  const query = `WorkflowType = '${HANDLE_EVENT_WORKFLOW}' AND ExecutionStatus = 'Completed'`;
  const ids: string[] = [];
  await waitUntil(async () => {
    ids.length = 0;
    for await (const { workflowId } of cadenza.temporal.workflow.list({ query })) ids.push(workflowId);
    return ids.length === 5;
  });
  const last = Math.max(...ids.map((id) => Number(id.split('/e')[1])));
  const { result } = envelopeSchema.parse(await inside(`result documents/e${last}`));
  const summary = (result as PipelineResult).output as { entities: ContentReference };
  expect(summary).toMatchObject({ type: 'invoice', summary: INVOICE, valid: true });
  // Large values of an event travel as references.
  const entities = JSON.parse(await cadenza.readContent(summary.entities)) as unknown[];
  expect(entities).toContainEqual(expect.objectContaining({ type: 'money', text: 'GBP 3,639.60' }));
});

test('examples/pipeline: an invoice waits for approval, and is summarized after it', async () => {
  await inside('run pipeline -i examples/pipeline/order.yaml --id order --detach');
  const order = await cadenza.find('order');
  await waitUntil(async () => (await order.progress()).steps.some(({ note }) => note?.includes('Pay it?')), 30);
  await inside('approve order ok');
  const output = (await outputOf('order')) as { names: unknown[] };
  expect(output).toMatchObject({ kind: 'invoice', summary: INVOICE });
  expect(output.names).toContainEqual(expect.objectContaining({ type: 'organization', text: 'Fennimore & Oakes Ltd' }));
});

test('README: its first program analyses the invoice', async () => {
  const [, program = ''] =
    /^```ts\n(\/\/ first\.mjs\n[^]*?)^```$/m.exec(await readFile(path.join(cwd, 'README.md'), 'utf8')) ?? [];
  const env = { ...neutralVariables(), CADENZA_HOME: cli.home };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd, env });
  expect(stdout).toMatch(/type: 'invoice'[^]*\} 0\n$/);
});

test('examples/definitions: a definition is registered, run by its name, and refuses an input of another shape', async () => {
  expect(await run('define examples/definitions/complaint.yaml')).toMatchObject({ name: 'complaint', isNew: true });
  expect(await resultOf('pipeline', 'definitions/run.yaml')).toMatchObject({
    output: {
      customer: 'Quillmark Publishing Inc',
      mood: 'negative',
      names: expect.arrayContaining([expect.objectContaining({ text: 'Beatrice Holloway' })]),
      short: expect.stringContaining('broken leg'),
    },
  });
  const refused = cadenza.start('pipeline', { definition: 'complaint', input: { text: 'A chair' } });
  await expect(refused.then((handle) => handle.result())).rejects.toMatchObject({
    type: 'InvalidInput',
    field: 'input',
  });
});

test('examples/schedules: a pipeline is scheduled, triggered, listed, paused, resumed and deleted', async () => {
  const line = 'run pipeline -i examples/schedules/morning-mail.yaml --schedule';
  const scheduled = await cli.run(
    [...line.split(' '), '30 6 * * MON-FRI', '--time-zone', 'Asia/Tokyo', '--id', 'mail', '--json'],
    { cwd },
  );
  const created = scheduleSchema.parse(scheduled.json());
  expect(created).toMatchObject({ scheduleId: 'mail', pattern: 'pipeline', cron: '30 6 * * MON-FRI', paused: false });
  expect(created.nextTimes.map((time) => time.slice(11, 16))).toEqual(Array(5).fill('21:30'));
  expect(scheduled.stderr).toContain('runs only while this server and worker run');
  const again = await runInside([...line.split(' '), '@daily', '--id', 'mail'], { variables: cli.variables, cwd });
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('ScheduleExists') });

  const { workflowId } = envelopeSchema.parse(await run('schedules trigger mail'));
  expect(workflowId).toMatch(/^mail-\d{4}-/);
  expect(await outputOf(workflowId ?? '')).toMatchObject({ type: 'email' });
  expect(scheduleListSchema.parse(await run('schedules')).schedules).toMatchObject([
    { scheduleId: 'mail', lastRun: { workflowId, status: 'completed' } },
  ]);
  const paused = scheduleSchema.parse(await run('schedules pause mail --note holiday'));
  expect(paused).toMatchObject({ paused: true, note: 'holiday' });
  expect((await runInside(['schedules'], { variables: cli.variables })).stdout).toContain(
    `mail\n  pipeline, 30 6 * * MON-FRI (Asia/Tokyo), paused (holiday)\n  last completed: ${workflowId}`,
  );
  expect(scheduleSchema.parse(await inside('schedules resume mail'))).toMatchObject({ paused: false });
  expect(await inside('schedules delete mail')).toEqual({ scheduleId: 'mail', deleted: true });
  expect(await inside('schedules')).toEqual({ schedules: [] });
  // People see the id and the next times on stdout.
  const hourly = await runInside([...line.split(' '), '@hourly'], { variables: cli.variables, cwd });
  expect(hourly.stdout).toMatch(/^pipeline-[0-9a-f-]{36}\n( {2}\d{4}-\d\d-\d\dT\d\d:00:00\.000Z\n){5}$/);
});

test('docs/events-http.md: what its commands send belongs to the router once it is answered with 202', async () => {
  const page = await readFile(path.join(cwd, 'docs', 'events-http.md'), 'utf8');
  const inbox = path.join(cli.folder, 'inbox.yaml');
  await writeFile(inbox, /^```yaml\n(# inbox[^]*?)^```$/m.exec(page)?.[1] ?? '');
  await inside(`run eventRouter -i ${inbox} --id inbox --detach`);
  const port = String(await anyFreePort());
  const variables = { CADENZA_EVENTS_TOKEN: 'token-of-the-tests-long-enough' };
  const listening = cli.start(['listen', '--router', 'inbox', '--port', port], { variables });
  await listening.said(/are taken at/);

  const commands = [...page.matchAll(/^```sh\n(curl [^]*?)^```$/gm)].map(([, command = '']) => command);
  expect(commands).toHaveLength(3);
  const send = async (command: string, token: string) => {
    const env = { ...neutralVariables(), CADENZA_EVENTS_TOKEN: token };
    const { stdout } = await promisify(execFile)('sh', ['-c', command.replace('7234', port)], { cwd, env });
    return Number(/^HTTP\/1.1 (\d+)/.exec(stdout)?.[1]);
  };
  expect(await send(commands[0] ?? '', 'another-token-of-that-length')).toBe(401);
  for (const command of commands) expect(await send(command, variables.CADENZA_EVENTS_TOKEN)).toBe(202);
  // The same id and source again: taken, and told as a repeat.
  expect(await send(commands[0] ?? '', variables.CADENZA_EVENTS_TOKEN)).toBe(202);
  await waitUntil(async () => (await eventsOf('inbox')).deadLetters === 4, 30);
  expect(await eventsOf('inbox')).toMatchObject({ repeated: 1, handled: 1, failed: 0 });
  listening.signal('SIGINT');
  expect((await listening.result).code).toBe(0);
});

test('router: dead letters are listed, dropped and handled again; a subscription comes and goes', async () => {
  const { deadLetters } = (await run('router dead-letters inbox')) as {
    deadLetters: { id: string; event: CloudEvent }[];
  };
  const types = deadLetters.map(({ event }) => event.type).sort();
  expect(types).toEqual(['order.paid', 'order.placed', 'order.placed', 'text.extracted']);
  expect(await inside(`router drop inbox ${deadLetters[0]?.id}`)).toEqual({ dropped: 1 });
  const more = path.join(cli.folder, 'more.yaml');
  await writeFile(more, '{ on: order.*, name: orders, handler: extract_text, inputs: { document: data } }');
  expect(await inside(`router subscribe inbox -i ${more}`)).toEqual({ name: 'orders' });
  expect(await inside('router unsubscribe inbox orders')).toEqual({ name: 'orders' });
  expect(await run('router retry inbox --all')).toEqual({ retried: 3 });
});

test.each<[Pattern, string, object]>([
  [
    'routeToModel',
    'route-to-model/complaint.yaml',
    { modelUsed: 'sentiment_model', result: { prediction: 'negative' } },
  ],
  ['cascade', 'cascade/document-type.yaml', { finalResult: { prediction: 'invoice' }, decision: { stage: 0 } }],
  ['cascade', 'cascade/shorter.yaml', { finalResult: expect.stringMatching(/^The city council[^.]*\.$/) }],
])('%s: examples/%s gives its result without a call', async (pattern, file, result) => {
  expect(await resultOf(pattern, file)).toMatchObject({ ...result, usage: { calls: 0 } });
});

test('examples/ensemble: people see the result first, then how it was decided; progress tells of the members', async () => {
  const line = ['run', 'ensemble', '-i', 'examples/ensemble/document-type.yaml', '--id', 'opinions'];
  const { stdout, stderr } = await cli.run(line, { cwd });
  expect(stdout).toMatch(
    /^✓ opinions\n {2}invoice\n\n {2}How it was decided\n {2}majority vote: decided, 3 valid answers/,
  );
  expect(stdout).toMatch(/2 +pipeline +valid +other/);
  expect(stderr).toContain('members[1] completed');
  const status = await runInside(['status', 'opinions'], { variables: cli.variables });
  expect(status.stdout).toMatch(/completed: ensemble[^]*✓ members\[0\] +fast_classifier/);
  expect(envelopeSchema.parse(await inside('result opinions'))).toMatchObject({
    pattern: 'ensemble',
    status: 'completed',
    result: { aggregatedResult: 'invoice', decision: { valid: 3 }, usage: { calls: 0 } },
  });
});

test('every task is answered by a model of a fresh install, or says what is missing', async () => {
  const text = 'Anna Berg of Quillmark Ltd loves her new lamp. It cost 20 EUR on 3 March 2026.';
  const tasks = [
    'classification',
    'sentiment',
    'extraction',
    'summarization',
    'generation',
    'translation',
    'embedding',
  ];
  const items = tasks.map((task) => {
    const more = task === 'translation' ? { targetLanguage: 'German' } : {};
    return { id: task, task, input: { text, ...more } };
  });
  const { results } = await (await cadenza.start('batch', { pattern: 'routeToModel', config: {}, items })).result();
  const ended = results as unknown as ItemResult[];
  const said = Object.fromEntries(ended.map(({ id, status, error }) => [id, error?.message ?? status]));
  // The local model is there only where somebody installed it.
  const local = expect.stringMatching(/^completed$|run `cadenza models install local`/);
  expect(said).toEqual({
    classification: 'completed',
    sentiment: 'completed',
    extraction: 'completed',
    summarization: 'completed',
    generation: local,
    translation: local,
    embedding: expect.stringContaining('writes text and can not do "embedding"'),
  });
});

test('a name that is nearly a model is refused with the nearest one', async () => {
  const file = path.join(cli.folder, 'modle.json');
  await writeFile(file, JSON.stringify({ task: 'sentiment', input: 'x', members: ['sentiment_modle'] }));
  const { code, json } = await runInside(['run', 'ensemble', '-i', file, '--json'], { variables: cli.variables });
  expect(code).toBe(2);
  expect(envelopeSchema.parse(json()).error).toMatchObject({
    type: 'UnknownModel',
    message: expect.stringContaining('did you mean "sentiment_model"?'),
  });
});

test('examples/batch: the summary for people, the results of all items in a file', async () => {
  const file = path.join(cli.folder, 'results.jsonl');
  const line = 'batch routeToModel --config examples/batch/mail.yaml --items examples/batch/mail.jsonl --id mail';
  const { code, stdout, stderr } = await cli.run([...line.split(' '), '--output', file, '--max-parallel', '4'], {
    cwd,
  });
  expect({ code, ...(code === 0 ? {} : { stderr }) }).toEqual({ code: 0 });
  expect(stdout).toMatch(/^✓ mail\n {2}12 of 12 items completed\n {2}91\.7% right \(11 of 12\)\n/);
  expect(stderr).toContain('Started mail: 12 items');
  expect(stderr).toContain('mail: 12 of 12 items');
  expect(stderr).toContain('npx cadenza result mail --output items.jsonl');
  const written = await readFile(file, 'utf8');
  const items = written
    .trim()
    .split('\n')
    .map((one) => itemResultSchema.parse(JSON.parse(one)));
  expect(items.map(({ item }) => item)).toEqual([...Array(12).keys()]);
  expect(items.filter(({ correct }) => !correct).map(({ id }) => id)).toEqual(['irony']);

  const again = path.join(cli.folder, 'again.jsonl');
  const { result } = envelopeSchema.parse(await run(`result mail --output ${again}`));
  expect(batchResultSchema.parse(result).summary.accuracy).toBeCloseTo(11 / 12);
  expect(await readFile(again, 'utf8')).toBe(written);
  const status = async (id: string) => (await runInside(['status', id], { variables: cli.variables })).stdout;
  expect(await status('mail/item-11')).toMatch(/completed: routeToModel/);
  expect(await status('mail')).toMatch(/completed: batch[^]*12 of 12/);

  // Its results, for a calibration: at no threshold is the weak model worse than itself.
  expect(await run(`calibrate cascade ${file} ${file} --target-accuracy 0.9`)).toMatchObject({
    models: ['results', 'results'],
    items: 12,
    accuracy: 11 / 12,
  });
});

test('items of a batch, from standard input, that fail are told with their ids, and the batch is there', async () => {
  const input = '{"id": "good", "input": "I love it"}\n{"id": "odd", "input": 3}\n';
  const { code, stdout, stderr } = await cli.run(
    ['batch', 'routeToModel', '--items', '-', '--config', 'examples/batch/mail.yaml', '--id', 'two'],
    { cwd, input },
  );
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(/1 of 2 items completed, 1 failed.*✗ items\[1\] odd InvalidInput: /);
  expect(stderr).toContain('npx cadenza status two/item-1');
});
