import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { payloadToJSON } from '@temporalio/common/lib/proto-utils';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import { findMarks } from '../helpers/find-marks';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';

const MARK = 'MarkedText0123456789';
const TOKEN = 'codec-token-0123456789-abcdef';

let cli: Cli;
jest.setTimeout(120_000);
beforeAll(async () => {
  cli = await createCli();
});
afterAll(() => cli.close());

it('makes keys, runs with one, decrypts for the Temporal UI, and is refused without it', async () => {
  const made = await cli.run(['keys', 'new', 'first']);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^first:[A-Za-z0-9+/]{43}=\n$/) });
  const other = await cli.run(['keys', 'new', '--json']);
  expect(other.json()).toEqual({ id: expect.stringMatching(/^\d{4}-\d\d-\d\d-/), key: expect.any(String) });
  expect((await cli.run(['keys', 'new', '../x'])).code).toBe(2);
  expect((await cli.run(['codec'])).stderr).toMatch(/ConfigurationInvalid: nothing is encrypted here/);

  const file = path.join(cli.folder, 'keys.txt');
  await writeFile(file, made.stdout, { mode: 0o600 });
  const variables = { CADENZA_ENCRYPTION_KEYS_FILE: file, CADENZA_CODEC_TOKEN: TOKEN };
  const input = JSON.stringify({ task: 'sentiment', input: `I love ${MARK}` });
  const run = await cli.run(['run', 'routeToModel', '-i', '-', '--json'], { variables, input });
  const { workflowId, status } = envelopeSchema.parse(run.json());
  expect(status).toBe('completed');
  expect((await cli.run(['keys', '--json'], { variables })).json()).toEqual({
    keys: [{ id: 'first', given: true, encrypts: true, usedByStore: true }],
  });
  const refused = await cli.run(['status', workflowId ?? '']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('is encrypted (key "first")')]);
  expect((await cli.run(['keys'])).code).toBe(1);

  const doctor = await cli.run(['doctor', '--json'], { variables });
  const { findings } = doctor.json<{ findings: { what: string; says: string }[] }>();
  const address = /runs at (\S+)/.exec(findings.find(({ what }) => what === 'temporal')?.says ?? '')?.[1] ?? '';
  const connection = await Connection.connect({ address });
  const { history } = await connection.workflowService.getWorkflowExecutionHistory({
    namespace: 'default',
    execution: { workflowId: workflowId ?? null },
  });
  await connection.close();
  const payloads = (history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? []).map((one) =>
    payloadToJSON(one),
  );
  expect(findMarks(JSON.stringify(payloads), [MARK])).toEqual([]);

  const codec = cli.start(['codec', '--port', '0', '--origin', 'http://localhost:8233/'], { variables });
  await codec.said(/--codec-auth/);
  codec.signal('SIGINT');
  const said = (await codec.result).stderr;
  expect(said).not.toContain(TOKEN);
  // Of this machine alone where nothing else is asked for.
  expect(said).toMatch(/decrypted at http:\/\/127\.0\.0\.1:\d+/);
  expect(said).toContain('/$CADENZA_CODEC_TOKEN');

  // The port is in what it says, which a command that runs does not show: a free one is chosen here.
  const port = String(20_000 + (process.pid % 20_000));
  const serving = cli.start(['codec', '--port', port, '--origin', 'http://localhost:8233'], { variables });
  await serving.said(/--codec-auth/);
  const decode = (headers: Record<string, string>, token = TOKEN) =>
    fetch(`http://127.0.0.1:${port}/${token}/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ payloads }),
    });
  const answer = await decode({ origin: 'http://localhost:8233' });
  expect(findMarks(await answer.text(), [MARK])).toEqual([MARK]);
  expect((await decode({ origin: 'http://localhost:8234' })).status).toBe(403);
  expect((await decode({ origin: 'http://localhost:8233' }, `${TOKEN}x`)).status).toBe(401);
  serving.signal('SIGTERM');
  const ended = await serving.result;
  expect([ended.code, ended.stdout, findMarks(ended.stderr, [MARK, TOKEN])]).toEqual([0, '', []]);
});
