import { setTimeout as sleep } from 'node:timers/promises';
import { closeTestServer } from '../helpers/test-server';
import { createTestWorld, withWorker } from '../helpers/test-world';

const echo = { echo: () => 'done' };

test('a rerun waits for a Worker that comes while it asks, and asks again', async () => {
  const world = await createTestWorld();
  try {
    const input = { steps: [{ name: 'a', handler: 'echo' }] };
    const old = await withWorker(
      world,
      async () => {
        const handle = await world.cadenza.start('pipeline', input);
        await handle.outcome();
        return handle;
      },
      echo,
    );
    const asked = world.cadenza.rerun(old.workflowId, { from: 'a' });
    asked.catch(() => undefined);
    // Longer than the first question waits.
    await sleep(6_000);
    await withWorker(
      world,
      async () => expect((await asked).outcome()).resolves.toMatchObject({ status: 'completed' }),
      echo,
    );
  } finally {
    await world.close();
    await closeTestServer();
  }
});
