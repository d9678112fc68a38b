import path from 'node:path';
import type { Cadenza } from '../../src/client';
import { connectCadenza } from '../../src/client';
import { readEnvironment } from '../../src/config/environment';
import type { ContentReference } from '../../src/contracts/content';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import type { RouterProgress } from '../../src/contracts/event-messages';
import type { JsonObject } from '../../src/contracts/json';
import { HANDLE_EVENT_WORKFLOW } from '../../src/contracts/names';
import type { PipelineResult } from '../../src/contracts/pipeline.schema';
import { scheduleSchema } from '../../src/contracts/schedule.schema';
import { anyFreePort } from '../../src/embedded/free-port';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';
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

test('listen: an event that comes by HTTP belongs to the router once it is answered with 202', async () => {
  const port = String(await anyFreePort());
  const variables = { CADENZA_EVENTS_TOKEN: 'token-of-the-tests-long-enough' };
  const listening = cli.start(['listen', '--router', 'documents', '--port', port], { variables });
  await listening.said(/are taken at/);
  const post = (token: string) =>
    fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({ specversion: '1.0', id: 'by-http', source: '/test', type: 'nobody.listens' }),
    });
  expect((await post('another-token-of-that-length')).status).toBe(401);
  expect((await post(variables.CADENZA_EVENTS_TOKEN)).status).toBe(202);
  // The same id and source again: taken, and told as a repeat.
  expect((await post(variables.CADENZA_EVENTS_TOKEN)).status).toBe(202);
  await waitUntil(async () => (await eventsOf('documents')).deadLetters === 1, 30);
  expect(await eventsOf('documents')).toMatchObject({ repeated: 1, unhandled: 1 });
  listening.signal('SIGINT');
  expect((await listening.result).code).toBe(0);
});
