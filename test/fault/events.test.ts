import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';
import type { WorkerProcess } from '../helpers/spawn-worker';
import { spawnWorker } from '../helpers/spawn-worker';

/** `npm run prove -- events` asks for 20,000. */
const EVENTS = Number(process.env['CADENZA_PROVE_EVENTS'] ?? 100);
const EMITTED_AT_ONCE = 25;
/** With few events each of the two Workers is killed once. */
const [SECONDS_BETWEEN_KILLS, MOST_KILLS] = EVENTS > 500 ? [20, Infinity] : [2, 2];
const DEADLINE_MS = 150_000 + EVENTS * 150;

let world: TestWorld;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  world = await createTestWorld();
  world.variables['CADENZA_HANDLERS'] = path.join(__dirname, '..', 'helpers', 'recording-handlers.cjs');
  world.variables['RECORD_FILE'] = path.join(world.folder, 'record.jsonl');
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill().catch(() => undefined)));
  await world.close();
  await closeTestServer();
});

async function recorded(): Promise<number[]> {
  const text = await readFile(world.variables['RECORD_FILE'] ?? '', 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { n: number }).n);
}

test(
  `${EVENTS} events go through one router while workers are killed: none lost, none handled twice`,
  async () => {
    const { cadenza } = world;
    workers.push(await spawnWorker(world.variables), await spawnWorker(world.variables));
    const router = await cadenza.start('eventRouter', {
      subscriptions: [{ name: 'record', on: 'item', handler: 'record', inputs: { n: 'data.n' } }],
    });
    const started = Date.now();
    let isOver = false;
    let kills = 0;
    const killing = (async () => {
      for (let index = 0; ; index = 1 - index) {
        for (let waited = 0; waited < SECONDS_BETWEEN_KILLS && !isOver; waited += 0.5) await sleep(500);
        if (isOver || kills === MOST_KILLS) return;
        await workers[index]?.kill();
        kills += 1;
        workers[index] = await spawnWorker(world.variables);
      }
    })();

    const items = Array.from({ length: EVENTS }, (_, n) => ({ type: 'item', id: `item-${n}`, data: { n } }));
    for (let at = 0; at < EVENTS; at += EMITTED_AT_ONCE) {
      const portion = items.slice(at, at + EMITTED_AT_ONCE);
      // The first tenth comes twice, as at-least-once senders do.
      await cadenza.emit(router.workflowId, portion);
      if (at < EVENTS / 10) await cadenza.emit(router.workflowId, portion);
    }
    const emittedAfter = (Date.now() - started) / 1000;
    const runs = new Set<string>();
    let longest = 0;
    const handled = async () => {
      const { raw, runId } = await cadenza.temporal.workflow.getHandle(router.workflowId).describe();
      runs.add(runId);
      longest = Math.max(longest, Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0));
      const events = await router.progress().then(
        (progress) => progress.events,
        () => undefined,
      );
      if (process.env['CADENZA_PROVE_EVENTS']) {
        console.log(`${Math.round((Date.now() - started) / 1000)} s: ${events?.handled ?? '?'} of ${EVENTS} handled`);
      }
      return events;
    };
    for (let events = await handled(); ; events = await handled()) {
      if (events && events.handled + events.failed >= EVENTS && events.backlog === 0) break;
      if (Date.now() - started > DEADLINE_MS) throw new Error(`not done in time: ${JSON.stringify(events)}`);
      await sleep(EVENTS > 500 ? 5_000 : 500);
    }
    isOver = true;
    await killing;
    const seconds = (Date.now() - started) / 1000;
    const { events } = await router.progress();
    const list = await recorded();
    const cut = list.length - new Set(list).size;
    const perSecond = Math.round(EVENTS / seconds);
    console.log(
      `${EVENTS} events in ${seconds.toFixed(1)} s (${perSecond} a second; taken after ${emittedAfter.toFixed(1)} s), ` +
        `${kills} kills, ${runs.size} runs seen, at most ${(longest / 1e6).toFixed(1)} MB of history in one, ` +
        `${cut} attempts cut by a kill and made again`,
    );
    expect(events).toMatchObject({ handled: EVENTS, failed: 0, deadLetters: 0, running: 0 });
    expect(events?.repeated).toBe(Math.ceil(EVENTS / 10 / EMITTED_AT_ONCE) * EMITTED_AT_ONCE);
    expect(new Set(list)).toEqual(new Set(items.map(({ data }) => data.n)));
    // One workflow for each event; what runs twice is an attempt of its activity that a kill has cut.
    expect(await countHandlings(router.workflowId)).toBe(EVENTS);
    expect(cut).toBeLessThanOrEqual(kills * 100);
    expect(kills).toBeGreaterThan(0);
    expect(runs.size).toBeGreaterThan(1);
    expect(longest).toBeLessThan(20_000_000);
    await router.cancel();
  },
  DEADLINE_MS + 60_000,
);

async function countHandlings(router: string): Promise<number> {
  const query = `WorkflowType = 'handleEvent' AND WorkflowId STARTS_WITH '${router}/' AND ExecutionStatus = 'Completed'`;
  const ids = new Set<string>();
  for await (const { workflowId } of world.cadenza.temporal.workflow.list({ query })) ids.add(workflowId);
  return ids.size;
}
