import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { connectCadenza } from '../../src/client';
import { readEnvironment } from '../../src/config/environment';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import { processAlive } from '../../src/embedded/process-info';
import { keyLine } from '../helpers/encryption-keys';
import { findMarks } from '../helpers/find-marks';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';
import { runInside } from '../helpers/run-inside';
import { createTestNamespace } from '../helpers/test-namespace';
import { closeTestServer, testServer } from '../helpers/test-server';

const LICENSE = path.resolve(__dirname, '..', '..', 'examples', 'documents', 'license.txt');

const MARK = 'MarkedText0123456789';

const QUERY = "CadenzaCostUsd > 1 AND CadenzaPattern = 'ensemble'";

let cli: Cli;

jest.setTimeout(120_000);
beforeAll(async () => {
  // Whoever starts a Worker of this home has to hand the keys on: without them it could read no run.
  cli = await createCli({ CADENZA_ENCRYPTION_KEYS: keyLine('home') });
});
afterAll(async () => {
  await cli.close();
  await closeTestServer();
});

const inside = (args: readonly string[], variables = {}) =>
  runInside(args, { variables: { ...cli.variables, ...variables } });

it('runs server and worker in the foreground, serves other commands, and ends both on Ctrl-C', async () => {
  const up = cli.start(['up']);
  await up.said(/Ctrl-C ends both/);
  const [server, worker] = await Promise.all([pidIn('server.json'), pidIn('worker.json')]);

  const other = await inside(['analyze', LICENSE, '--json'], { OPENAI_API_KEY: 'another' });
  expect(other.code).toBe(2);
  expect(envelopeSchema.parse(other.json()).error?.message).toContain('`cadenza up` runs a worker here');
  const second = await cli.run(['up']);
  expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining('runs here already') });

  const analyzed = await cli.run(['analyze', LICENSE, '--json']);
  expect({ code: analyzed.code, ...(analyzed.code === 0 ? {} : { stderr: analyzed.stderr }) }).toEqual({ code: 0 });
  expect(analyzed.stderr).not.toContain('Started');
  // The server has the search attributes from its start.
  expect((await inside(['list', '--query', QUERY, '--json'])).json()).toEqual({ runs: [] });

  up.signal('SIGINT');
  const { code } = await up.result;
  expect(code).toBe(0);
  expect([server, worker].filter(processAlive)).toEqual([]);
});

it('runs the server only where the worker is a person’s own, and says how to reach it', async () => {
  const up = cli.start(['up', '--no-worker']);
  await up.said(/export TEMPORAL_ADDRESS=127\.0\.0\.1:\d+/);
  expect(existsSync(path.join(cli.home, 'worker.json'))).toBe(false);
  const server = await pidIn('server.json');
  up.signal('SIGINT');
  expect((await up.result).code).toBe(0);
  expect(processAlive(server)).toBe(false);
});

it('goes on with an encrypted run that was cut off when everything was killed', async () => {
  const steps = [
    { name: 'first', handler: 'extract_text', inputs: { document: 'input' } },
    { name: 'second', handler: 'classify', inputs: { text: 'first.text' } },
  ];
  const started = await cli.run(['run', 'pipeline', '-i', '-', '--id', 'cut', '--detach', '--json'], {
    input: JSON.stringify({ steps, input: { text: `Dear ${MARK}, I love it` } }),
  });
  expect(started.code).toBe(0);
  for (const pid of [await pidIn('worker.json'), await pidIn('server.json')]) process.kill(pid, 'SIGKILL');
  while (processAlive(await pidIn('server.json'))) await sleep(20);

  const result = await cli.run(['result', 'cut', '--json']);
  expect(envelopeSchema.parse(result.json()).status).toBe('completed');
  expect(findMarks(result.stdout, [MARK])).toEqual([MARK]);

  const cadenza = await connectCadenza({ environment: readEnvironment(cli.variables) });
  const history = historyToJSON(await cadenza.temporal.workflow.getHandle('cut').fetchHistory());
  await cadenza.close();
  expect(history).toContain('ACTIVITY_TASK_COMPLETED');
  expect(findMarks(history, [MARK])).toEqual([]);
});

it('stays down while a command waits for a run, which goes on when the next command starts', async () => {
  const input = JSON.stringify({ steps: [{ name: 'ok', approval: { message: 'Go on?' } }], input: {} });
  const waiting = cli.start(['run', 'pipeline', '-i', '-', '--id', 'waits'], { input });
  await waiting.said(/approve waits ok/);
  const ended = await cli.run(['down']);
  expect(ended.stderr).toMatch(/Ended the worker \(process \d+\) and the Temporal server/);
  await waiting.said(/`npx cadenza down` ended server and worker/);
  expect((await inside(['down'])).stderr).toContain('Nothing runs');
  expect((await cli.run(['approve', 'waits', 'ok'])).code).toBe(0);
  expect((await waiting.result).code).toBe(0);
});

it('registers the search attributes of a cluster; says that nothing serves its task queue, and goes on waiting', async () => {
  const cluster = { TEMPORAL_ADDRESS: testServer().address, TEMPORAL_NAMESPACE: await createTestNamespace() };
  const query = ['list', '--query', QUERY, '--json'];
  const unknown = await inside(query, cluster);
  expect(envelopeSchema.parse(unknown.json()).error?.message).toContain('`npx cadenza doctor --register` adds');
  const registered = await cli.run(['doctor', '--register', '--quick'], { variables: cluster });
  expect(registered.stdout).toMatch(/CadenzaCostUsd/);
  expect((await inside(query, cluster)).json()).toEqual({ runs: [] });
  const refused = await inside(['analyze', LICENSE, '--models', 'models.yaml', '--json'], cluster);
  expect(refused.code).toBe(2);
  const command = cli.start(['analyze', LICENSE], { variables: cluster });
  await command.said(/No worker asks for work of the task queue "cadenza"/);
  command.signal('SIGINT');
  expect((await command.result).code).toBe(130);
});

async function pidIn(file: string): Promise<number> {
  return (JSON.parse(await readFile(path.join(cli.home, file), 'utf8')) as { pid: number }).pid;
}
