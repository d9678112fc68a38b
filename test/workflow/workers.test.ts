import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { readEnvironment } from '../../src/config/environment';
import { TASK_QUEUE } from '../../src/contracts/names';
import { anyFreePort } from '../../src/embedded/free-port';
import { joinStore, workerIdentity } from '../../src/join-store';
import { storeId } from '../../src/store/store-identity';
import { createWorker } from '../../src/worker';
import { closeTestServer, testServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, withWorker } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let world: TestWorld;
beforeEach(async () => {
  world = await createTestWorld();
});
afterEach(() => world.close());
afterAll(closeTestServer);

/** The Temporal server at a port of its own, which can be cut off. */
async function startProxy() {
  const [host = '', port = ''] = testServer().address.split(':');
  const sockets = new Set<Socket>();
  let isCut = false;
  const proxy = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => (near.destroy(), far.destroy()));
    }
    near.pipe(far).pipe(near);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port: own } = proxy.address() as { port: number };
  const cut = (now: boolean) => {
    isCut = now;
    if (now) for (const socket of sockets) socket.destroy();
  };
  return { address: `127.0.0.1:${own}`, cut, close: () => (cut(true), proxy.close()) };
}

test('a worker is ready while it asks for work and its server answers, and at no other time', async () => {
  const proxy = await startProxy();
  const healthPort = await anyFreePort();
  const environment = readEnvironment({ ...world.variables, TEMPORAL_ADDRESS: proxy.address });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let isHeld = false;
  const hold = async () => {
    isHeld = true;
    await held;
    return { ok: true };
  };
  const worker = await createWorker({ environment, handlers: { hold }, telemetry: { healthPort } });
  const ready = async () => {
    const response = await fetch(`http://127.0.0.1:${healthPort}/readyz`);
    const { checks } = (await response.json()) as { checks: Record<string, string> };
    return [response.status, checks];
  };
  const well = { worker: 'ok', temporal: 'ok', store: 'ok' };
  expect(await ready()).toEqual([503, { ...well, worker: 'initialized' }]);

  const served = worker.run();
  await waitUntil(async () => (await ready())[0] === 200);
  expect(await ready()).toEqual([200, well]);

  proxy.cut(true);
  const askedAt = Date.now();
  expect(await ready()).toEqual([503, { ...well, temporal: 'no answer' }]);
  // Sooner than a probe gives up.
  expect(Date.now() - askedAt).toBeLessThan(4_000);
  expect((await fetch(`http://127.0.0.1:${healthPort}/livez`)).status).toBe(200);
  proxy.cut(false);
  await waitUntil(async () => (await ready())[0] === 200);

  const run = await world.cadenza.start('pipeline', { steps: [{ name: 'one', handler: 'hold' }] });
  await waitUntil(async () => isHeld);
  worker.shutdown();
  const [status, checks] = await ready();
  expect([status, checks]).toEqual([503, { ...well, worker: expect.stringMatching(/^(stopping|draining)$/) }]);
  release();
  await served;
  await expect(ready()).rejects.toThrow('fetch failed');
  await world.cadenza.temporal.workflow.getHandle(run.workflowId).terminate();
  proxy.close();
});

test('a worker that can not have its port for health leaves nothing open', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port: healthPort } = taken.address() as { port: number };
  const closed = jest.spyOn(NativeConnection.prototype, 'close');
  await expect(createWorker({ environment: world.environment, telemetry: { healthPort } })).rejects.toMatchObject({
    type: 'ConfigurationInvalid',
    field: 'CADENZA_HEALTH_PORT',
  });
  expect(closed).toHaveBeenCalledTimes(1);
  await expect(closed.mock.results[0]?.value).resolves.toBeUndefined();
  closed.mockRestore();
  taken.close();
});

describe('beside other Workers', () => {
  let connection: NativeConnection;
  beforeEach(async () => {
    connection = await NativeConnection.connect({ address: testServer().address });
  });
  afterEach(() => connection.close());

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
});

test('a rerun waits for a Worker that comes while it asks, and asks again', async () => {
  const echo = { echo: () => 'done' };
  const serve = <T>(work: () => Promise<T>) => withWorker(world, work, echo);
  const old = await serve(async () => {
    const handle = await world.cadenza.start('pipeline', { steps: [{ name: 'a', handler: 'echo' }] });
    await handle.outcome();
    return handle;
  });
  const asked = world.cadenza.rerun(old.workflowId, { from: 'a' });
  asked.catch(() => undefined);
  // Longer than the first question waits.
  await sleep(6_000);
  await serve(async () => expect((await asked).outcome()).resolves.toMatchObject({ status: 'completed' }));
});
