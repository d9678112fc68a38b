import { hostname } from 'node:os';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { NativeConnection } from '@temporalio/worker';
import { TASK_QUEUE } from '../../src/contracts/names';
import { joinStore, workerIdentity } from '../../src/join-store';
import { storeId } from '../../src/store/store-identity';
import { createWorker } from '../../src/worker';
import { closeTestServer, testServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let world: TestWorld;
let connection: NativeConnection;
beforeEach(async () => {
  world = await createTestWorld();
  connection = await NativeConnection.connect({ address: testServer().address });
});
afterEach(async () => {
  await connection.close();
  await world.close();
});
afterAll(closeTestServer);

/** While somebody who says to be this one asks for work. */
async function beside<T>(identity: string, work: () => Promise<T>): Promise<T> {
  const { namespace } = world;
  const activities = { nothing: async () => undefined };
  const worker = await Worker.create({ connection, namespace, taskQueue: TASK_QUEUE, identity, activities });
  return worker.runUntil(async () => {
    await waitUntil(async () => {
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: TASK_QUEUE },
        taskQueueType: 2,
      });
      return (pollers ?? []).some((poller) => poller.identity === identity);
    });
    return work();
  });
}

const join = (storeShared?: boolean) =>
  joinStore(connection, { namespace: world.namespace, store: world.environment.store, storeShared });

test('a worker beside one of another host is refused until the store is declared shared', async () => {
  const id = await storeId(world.environment.store);
  for (const identity of ['17@elsewhere', workerIdentity(id, 17, 'elsewhere')]) {
    await beside(identity, async () => {
      await expect(join()).rejects.toMatchObject({
        type: 'ConfigurationInvalid',
        field: 'CADENZA_STORE_SHARED',
        message: expect.stringContaining('another host, "elsewhere"'),
      });
      await expect(join(true)).resolves.toBe(workerIdentity(id));
      await expect(createWorker({ environment: world.environment })).rejects.toMatchObject({
        field: 'CADENZA_STORE_SHARED',
      });
    });
  }
});

test('a declared store that is not the one of the other worker is refused', async () => {
  const other = workerIdentity(await storeId(path.join(world.folder, 'other')), 17, 'elsewhere');
  await beside(other, async () => {
    await expect(join(true)).rejects.toMatchObject({ type: 'ConfigurationInvalid', field: 'CADENZA_STORE' });
  });
});

test('workers of one host share a store, and one that has ended is no other', async () => {
  const id = await storeId(world.environment.store);
  await beside(workerIdentity(id, 1, hostname()), async () => expect(join()).resolves.toBe(workerIdentity(id)));
  // No process has this id.
  await beside(workerIdentity('00000000', 4_194_305, hostname()), async () => {
    await expect(join()).resolves.toBe(workerIdentity(id));
  });
});
