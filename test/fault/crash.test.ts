import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { connectCadenza } from '../../src/client';
import { readEnvironment } from '../../src/config/environment';
import { anyFreePort } from '../../src/embedded/free-port';
import { ensureTemporalServer, stopTemporalServer } from '../../src/embedded/temporal-server';
import type { RecordedRequest, ScriptedModelServer } from '../helpers/scripted-model-server';
import { startScriptedModelServer } from '../helpers/scripted-model-server';
import type { WorkerProcess } from '../helpers/spawn-worker';
import { spawnWorker } from '../helpers/spawn-worker';

const TEXT = `Service agreement between Northwind Analytics Ltd and Harbour Foods GmbH, dated 3 March 2026.
The supplier delivers monthly reports. The customer pays 1,200 EUR a month within 30 days.
Either party may end this agreement with three months' notice. It is governed by the law of Ireland.`;

let home: string;
let models: ScriptedModelServer;
const workers: WorkerProcess[] = [];

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'cadenza-crash-'));
  models = await startScriptedModelServer({ answer: () => sleep(1_500, undefined) });
});

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill().catch(() => undefined)));
  await stopTemporalServer(home);
  await models.close();
  await rm(home, { recursive: true, force: true });
});

/** How often the answer to each distinct request was fully sent. */
function answersByRequest(requests: readonly RecordedRequest[]): number[] {
  const counts = new Map<string, number>();
  for (const { body, outcome } of requests) {
    if (outcome === 'answered') counts.set(JSON.stringify(body), (counts.get(JSON.stringify(body)) ?? 0) + 1);
  }
  return [...counts.values()];
}

test('worker and server killed in the middle of an analysis: it finishes, and no answered call is repeated', async () => {
  const port = await anyFreePort();
  const uiPort = await anyFreePort();
  const startServer = () =>
    ensureTemporalServer({
      home,
      cacheDir: readEnvironment().cache,
      port,
      uiPort,
      detached: true,
      say: () => undefined,
    });
  let server = await startServer();

  const registry = path.join(home, 'models.yaml');
  const price = { input: 2, output: 8 };
  await writeFile(
    registry,
    stringify({
      providers: { scripted: { type: 'openai', baseUrl: models.url } },
      models: { gpt: { provider: 'scripted', model: 'gpt-test', price } },
      tasks: { default: 'gpt' },
    }),
  );
  const document = path.join(home, 'agreement.txt');
  await writeFile(document, TEXT);
  const variables = { CADENZA_HOME: home, CADENZA_MODELS: registry, TEMPORAL_ADDRESS: server.address };
  const cadenza = await connectCadenza({ environment: readEnvironment(variables) });
  const listed = async (id: string) => (await cadenza.list()).runs.some(({ workflowId }) => workflowId === id);

  workers.push(await spawnWorker(variables));
  const run = await cadenza.start('pipeline', { definition: 'document_analysis', input: { file: document } });

  // Killed on the wire: classification and entities have been sent and not answered.
  await models.until(({ open }) => open === 2, 20_000);
  await workers[0]?.kill();
  const killedAt = Date.now();
  workers.push(await spawnWorker(variables));
  await models.until(({ requests }) => requests.length === 4, 20_000);
  expect(Date.now() - killedAt).toBeLessThan(10_000);
  await expect(listed(run.workflowId)).resolves.toBe(true);

  // Killed after two answers, while the summary is on the wire: first the worker, then the server.
  await models.until(({ answered, open }) => answered === 2 && open === 1, 20_000);
  await workers[1]?.kill();
  process.kill(server.pid, 'SIGKILL');
  await sleep(500);
  server = await startServer();
  workers.push(await spawnWorker(variables));

  const { status, result } = await run.outcome();
  expect(status).toBe('completed');
  expect(result).toMatchObject({ success: true, output: { summary: expect.any(String) } });
  expect(answersByRequest(models.requests)).toEqual([1, 1, 1]);
  expect(models.requests.filter(({ outcome }) => outcome === 'aborted')).toHaveLength(3);
  expect(result).toMatchObject({ usage: { calls: 6, cutCalls: 3 } });
  await expect(listed(run.workflowId)).resolves.toBe(true);
  await cadenza.close();
}, 120_000);
