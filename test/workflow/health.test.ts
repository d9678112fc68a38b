import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { NativeConnection } from '@temporalio/worker';
import { readEnvironment } from '../../src/config/environment';
import { anyFreePort } from '../../src/embedded/free-port';
import { createWorker } from '../../src/worker';
import { closeTestServer, testServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let world: TestWorld;
beforeAll(async () => {
  world = await createTestWorld();
});
afterAll(async () => {
  await world.close();
  await closeTestServer();
});

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
  taken.close();
});
