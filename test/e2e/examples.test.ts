import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Cadenza } from '../../src/client';
import { connectCadenza } from '../../src/client';
import { readEnvironment } from '../../src/config/environment';
import type { ContentReference } from '../../src/contracts/content';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import type { CloudEvent } from '../../src/contracts/event.schema';
import type { RouterProgress } from '../../src/contracts/event-messages';
import type { JsonObject } from '../../src/contracts/json';
import { HANDLE_EVENT_WORKFLOW } from '../../src/contracts/names';
import type { PipelineResult } from '../../src/contracts/pipeline.schema';
import { scheduleSchema } from '../../src/contracts/schedule.schema';
import { anyFreePort } from '../../src/embedded/free-port';
import type { Cli } from '../helpers/run-cli';
import { createCli, neutralVariables } from '../helpers/run-cli';
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

/** Runs one command line of an example in the folder of the project. */
async function run(line: string): Promise<unknown> {
  const { code, stderr, json } = await cli.run([...line.split(' '), '--json'], { cwd });
  expect({ line, code, ...(code === 0 ? {} : { stderr }) }).toEqual({ line, code: 0 });
  return json();
}

async function outputOf(line: string): Promise<unknown> {
  const { status, result } = envelopeSchema.parse(await run(line));
  expect(status).toBe('completed');
  return (result as PipelineResult).output;
}

async function eventsOf(router: string): Promise<RouterProgress> {
  const progress = await (await cadenza.find(router)).progress();
  return progress.events as RouterProgress;
}

test('examples/events: an uploaded document is read, classified, searched, summarized and checked', async () => {
  await run('emit document.uploaded --router documents --document examples/documents/invoice.pdf');
  await waitUntil(async () => (await eventsOf('documents')).handled === 5, 60);
  const { progress } = envelopeSchema.parse(await run('status documents'));
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
  const summary = (await outputOf(`result documents/e${last}`)) as { entities: ContentReference };
  expect(summary).toMatchObject({ type: 'invoice', summary: INVOICE, valid: true });
  // Large values of an event travel as references.
  const entities = JSON.parse(await cadenza.readContent(summary.entities)) as unknown[];
  expect(entities).toContainEqual(expect.objectContaining({ type: 'money', text: 'GBP 3,639.60' }));
});

test('examples/pipeline: an invoice waits for approval, and is summarized after it', async () => {
  await run('run pipeline -i examples/pipeline/order.yaml --id order --detach');
  const order = await cadenza.find('order');
  await waitUntil(async () => (await order.progress()).steps.some(({ note }) => note?.includes('Pay it?')), 30);
  await run('approve order ok');
  const output = (await outputOf('result order')) as { names: unknown[] };
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
  expect(await outputOf('run pipeline -i examples/definitions/run.yaml')).toMatchObject({
    customer: 'Quillmark Publishing Inc',
    mood: 'negative',
    names: expect.arrayContaining([expect.objectContaining({ text: 'Beatrice Holloway' })]),
    short: expect.stringContaining('broken leg'),
  });
  const input = JSON.stringify({ definition: 'complaint', input: { text: 'A chair' } });
  const refused = await cli.run(['run', 'pipeline', '-i', '-', '--json'], { input });
  expect(envelopeSchema.parse(refused.json()).error).toMatchObject({ type: 'InvalidInput', field: 'input' });
});

test('examples/schedules: a pipeline is scheduled, and a run of it triggered', async () => {
  const created = scheduleSchema.parse(
    await run('run pipeline -i examples/schedules/morning-mail.yaml --schedule @daily --id morning-mail'),
  );
  expect(created.nextTimes).toHaveLength(5);
  const { workflowId } = envelopeSchema.parse(await run('schedules trigger morning-mail'));
  expect(await outputOf(`result ${workflowId}`)).toMatchObject({ type: 'email' });
});

test('docs/events-http.md: what its commands send belongs to the router once it is answered with 202', async () => {
  const page = await readFile(path.join(cwd, 'docs', 'events-http.md'), 'utf8');
  const inbox = path.join(cli.folder, 'inbox.yaml');
  await writeFile(inbox, /^```yaml\n(# inbox[^]*?)^```$/m.exec(page)?.[1] ?? '');
  await run(`run eventRouter -i ${inbox} --id inbox --detach`);
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
  expect(await run(`router drop inbox ${deadLetters[0]?.id}`)).toEqual({ dropped: 1 });
  const more = path.join(cli.folder, 'more.yaml');
  await writeFile(more, '{ on: order.*, name: orders, handler: extract_text, inputs: { document: data } }');
  expect(await run(`router subscribe inbox -i ${more}`)).toEqual({ name: 'orders' });
  expect(await run('router unsubscribe inbox orders')).toEqual({ name: 'orders' });
  expect(await run('router retry inbox --all')).toEqual({ retried: 3 });
});
