import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { readEnvironment } from '../src/config/environment';
import { anyFreePort } from '../src/embedded/free-port';
import { ensureTemporalServer, stopTemporalServer } from '../src/embedded/temporal-server';

/** A server, a model and a Worker of the product, for what is measured against the model itself. */
export type ProductStage = { client: Client; modelUrl: string; close(): Promise<void> };

/** `startModel` gives the model's process and its base URL, `registryAt` the models that the Worker finds there. */
export async function openProductStage(
  startModel: () => Promise<{ child: ChildProcess; url: string }>,
  registryAt: (url: string) => object,
): Promise<ProductStage> {
  const home = await mkdtemp(path.join(tmpdir(), 'cadenza-bench-'));
  const server = await ensureTemporalServer({
    home,
    cacheDir: readEnvironment().cache,
    port: await anyFreePort(),
    uiPort: await anyFreePort(),
    detached: true,
    say: (message) => console.error(message),
  });
  const model = await startModel();
  const registry = path.join(home, 'models.yaml');
  await writeFile(registry, stringify(registryAt(model.url)));
  const worker = fork(path.join(__dirname, 'product-worker-process.js'), {
    env: {
      PATH: process.env['PATH'],
      BENCH_SLOTS: '200',
      TEMPORAL_ADDRESS: server.address,
      CADENZA_HOME: home,
      CADENZA_MODELS: registry,
    },
    stdio: 'inherit',
  });
  await once(worker, 'message');
  const connection = await Connection.connect({ address: server.address });
  return {
    client: new Client({ connection }),
    modelUrl: model.url,
    async close() {
      await connection.close();
      for (const child of [worker, model.child]) child.kill('SIGKILL');
      await stopTemporalServer(home);
      await rm(home, { recursive: true, force: true });
    },
  };
}
