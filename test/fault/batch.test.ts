import type { BatchResult, ItemResult } from '../../src/contracts/batch.schema';
import type { CrashWorld } from '../helpers/crash-world';
import { answersByRequest, createCrashWorld } from '../helpers/crash-world';

const ITEMS = 12;
const AT_ONCE = 3;

let world: CrashWorld;

beforeEach(async () => {
  world = await createCrashWorld(1_500);
});

afterEach(() => world.close());

test('worker, then worker and server killed in a batch: no item is lost, and no answered call repeated', async () => {
  const { cadenza, models } = world;
  await world.startWorker();
  const run = await cadenza.start('batch', {
    pattern: 'cascade',
    config: { task: 'generation', stages: [{ model: 'gpt', accept: { when: 'false' } }, { model: 'gpt' }] },
    items: Array.from({ length: ITEMS }, (_, n) => ({
      id: `n${n}`,
      input: `Question number ${n}`,
      expected: `Answer to: Question number ${n}`,
    })),
    maxParallel: AT_ONCE,
  });

  // On the wire, after some have been answered: answers take long, so the next is far away.
  const killedAfter: number[] = [];
  const killAfter = async (answers: number, server: boolean) => {
    await models.until(({ answered, open }) => answered >= answers && open === AT_ONCE, 60_000);
    killedAfter.push(models.answered);
    await world.killWorker();
    if (server) await world.killServer();
    await world.startWorker();
  };
  await killAfter(3, false);
  await killAfter(9, true);
  await killAfter(15, true);

  const { summary, results, usage } = (await run.result()) as BatchResult;
  expect(summary).toMatchObject({ items: ITEMS, completed: ITEMS, failed: 0, correct: ITEMS, accuracy: 1 });
  const list = (
    Array.isArray(results) ? results : JSON.parse(await cadenza.readContent(results as never))
  ) as ItemResult[];
  expect(list.map(({ item, id, correct }) => [item, id, correct])).toEqual(
    Array.from({ length: ITEMS }, (_, n) => [n, `n${n}`, true]),
  );
  // Two stages ask the same: two answers to each question, and none for nothing.
  expect(answersByRequest(models.requests)).toEqual(Array(ITEMS).fill(2));
  const cut = models.requests.filter(({ outcome }) => outcome === 'aborted').length;
  expect(killedAfter).toHaveLength(3);
  expect(cut).toBe(3 * AT_ONCE);
  expect(usage).toMatchObject({ calls: 2 * ITEMS + cut, cutCalls: cut });
}, 180_000);
