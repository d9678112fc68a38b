import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { payloadToJSON } from '@temporalio/common/lib/proto-utils';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import { findMarks } from '../helpers/find-marks';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';
import { runInside } from '../helpers/run-inside';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld } from '../helpers/test-world';

const MARK = 'MarkedText0123456789';
const TOKEN = 'codec-token-0123456789-abcdef';
const ORIGIN = 'http://localhost:8233';

let folder: string;
let line: string;
let world: TestWorld;
let stop: () => Promise<void>;
let cli: Cli;
jest.setTimeout(120_000);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cadenza-encryption-'));
  const file = path.join(folder, 'keys.txt');
  const maker = await createCli();
  const made = await maker.run(['keys', 'new', 'first']);
  await maker.close();
  line = made.stdout;
  await writeFile(file, line, { mode: 0o600 });
  world = await createTestWorld({
    more: { CADENZA_ENCRYPTION_KEYS_FILE: file, CADENZA_CODEC_TOKEN: TOKEN, CADENZA_MODELS: '' },
  });
  stop = await serveWorld(world);
  cli = await createCli(world.variables);
});
afterAll(async () => {
  await stop();
  await cli.close();
  await world.close();
  await closeTestServer();
  await rm(folder, { recursive: true, force: true });
});

it('makes keys, runs with one, decrypts for the Temporal UI, and is refused without it', async () => {
  expect(line).toMatch(/^first:[A-Za-z0-9+/]{43}=\n$/);
  const other = await runInside(['keys', 'new', '--json']);
  expect(other.json()).toEqual({ id: expect.stringMatching(/^\d{4}-\d\d-\d\d-/), key: expect.any(String) });

  const input = JSON.stringify({ task: 'sentiment', input: `I love ${MARK}` });
  const run = await cli.run(['run', 'routeToModel', '-i', '-', '--json'], { input });
  const { workflowId, status } = envelopeSchema.parse(run.json());
  expect(status).toBe('completed');
  expect((await cli.run(['keys', '--json'])).json()).toEqual({
    keys: [{ id: 'first', given: true, encrypts: true, usedByStore: true }],
  });
  const { CADENZA_ENCRYPTION_KEYS_FILE: _, ...without } = cli.variables;
  const refused = await runInside(['status', workflowId ?? ''], { variables: without });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('is encrypted (key "first")')]);
  expect((await runInside(['keys'], { variables: without })).code).toBe(1);

  const { history } = await world.cadenza.temporal.workflowService.getWorkflowExecutionHistory({
    namespace: world.namespace,
    execution: { workflowId: workflowId ?? null },
  });
  const payloads = (history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? []).map((one) =>
    payloadToJSON(one),
  );
  expect(findMarks(JSON.stringify(payloads), [MARK])).toEqual([]);

  const serving = cli.start(['codec', '--port', '0', '--origin', `${ORIGIN}/`]);
  await serving.said(/--codec-auth/);
  // Of this machine alone where nothing else is asked for.
  const [, address] = await serving.said(/decrypted at (http:\/\/127\.0\.0\.1:\d+)/);
  const decode = (headers: Record<string, string>, token = TOKEN) =>
    fetch(`${address}/${token}/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ payloads }),
    });
  const answer = await decode({ origin: ORIGIN });
  expect(findMarks(await answer.text(), [MARK])).toEqual([MARK]);
  expect((await decode({ origin: 'http://localhost:8234' })).status).toBe(403);
  expect((await decode({ origin: ORIGIN }, `${TOKEN}x`)).status).toBe(401);
  serving.signal('SIGTERM');
  const ended = await serving.result;
  expect(ended.stderr).toContain('/$CADENZA_CODEC_TOKEN');
  expect([ended.code, ended.stdout, findMarks(ended.stderr, [MARK, TOKEN])]).toEqual([0, '', []]);
});
