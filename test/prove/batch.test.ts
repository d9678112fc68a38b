import type { BatchResult, ItemResult } from '../../src/contracts/batch.schema';
import type { CrashWorld } from '../helpers/crash-world';
import { answersByRequest, createCrashWorld } from '../helpers/crash-world';

/** For `npm run prove -- batch`. In `npm run verify` a batch of a few items is killed in `test/fault/crash.test.ts`. */
const ITEMS = Number(process.env['CADENZA_PROVE_BATCH_ITEMS'] ?? 3_000);
const KILLS = Number(process.env['CADENZA_PROVE_BATCH_KILLS'] ?? 4);
const AT_ONCE = ITEMS > 100 ? 50 : 3;
const STAGES = 2;
const TIMEOUT_MS = ITEMS > 100 ? 3_600_000 : 180_000;

let world: CrashWorld;

beforeEach(async () => {
  world = await createCrashWorld(100);
});

afterEach(() => world.close());

test(
  `a batch of ${ITEMS} items, its worker and then worker and server killed: no item is lost, and no answered call repeated`,
  async () => {
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

    for (let kill = 0; kill < KILLS; kill += 1) {
      const answers = Math.floor((STAGES * ITEMS * (kill + 1)) / (KILLS + 2));
      await models.until(({ answered }) => answered >= answers, TIMEOUT_MS);
      // Killed when all that may be open is, and none of it is about to be answered.
      const held = new Set<number>();
      const letGo = world.holdAnswers(({ index }) => held.add(index) !== undefined);
      await models.until(({ open }) => open === AT_ONCE && held.size === AT_ONCE, 60_000);
      await world.killWorker();
      await models.until(({ open }) => open === 0, 60_000);
      letGo();
      if (kill > 0) await world.killServer();
      await world.startWorker();
    }

    const { summary, results, usage } = (await run.result()) as BatchResult;
    expect(summary).toMatchObject({ items: ITEMS, completed: ITEMS, failed: 0, correct: ITEMS, accuracy: 1 });
    const list = (
      Array.isArray(results) ? results : JSON.parse(await cadenza.readContent(results as never))
    ) as ItemResult[];
    expect(list.map(({ item, id, correct }) => [item, id, correct])).toEqual(
      Array.from({ length: ITEMS }, (_, n) => [n, `n${n}`, true]),
    );
    // Both stages ask the same: two answers to each question, and none for nothing.
    expect(answersByRequest(models.requests)).toEqual(Array(ITEMS).fill(STAGES));
    const cut = models.requests.filter(({ outcome }) => outcome === 'aborted').length;
    expect(cut).toBe(KILLS * AT_ONCE);
    expect(usage).toMatchObject({ calls: STAGES * ITEMS + cut, cutCalls: cut });
  },
  TIMEOUT_MS,
);
