import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { startOwnServer } from '../src/embedded/own-server';

/** A server, a model and a Worker of the product, for what is measured against the model itself. */
export type ProductStage = { client: Client; modelUrl: string; close(): Promise<void> };

/** `startModel` gives the model's process and its base URL, `registryAt` the models that the Worker finds there. */
export async function openProductStage(
  startModel: () => Promise<{ child: ChildProcess; url: string }>,
  registryAt: (url: string) => object,
): Promise<ProductStage> {
  const server = await startOwnServer({ name: 'bench' });
  const { home } = server;
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
      await server.close();
    },
  };
}
