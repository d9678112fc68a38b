import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ChainResult } from '../../src/contracts/chain.schema';
import type { RecordedRequest } from '../helpers/scripted-model-server';
import { seededRandom } from '../helpers/seeded-random';
import { spawnWorker } from '../helpers/spawn-worker';
import { closeTestServer } from '../helpers/test-server';
import { createTestWorld } from '../helpers/test-world';

/** Where a Worker dies. After the first two and the third, the call is sent again: nobody had its answer on disk. */
const POINTS = ['before', 'wire', 'answered', 'journalled', 'completing'] as const;
const CALLS = 20;
/** Kills in all, `npm run prove -- never-twice` makes a hundred; runs side by side have a part of them each. */
const KILLS = Number(process.env['CADENZA_PROVE_KILLS'] ?? POINTS.length);
const RUNS = KILLS > 20 ? 3 : 1;
/** So many Workers die under the one call of a second run, which is on the wire at each kill: more than it has attempts. */
const LOST = 5;

/** When the answer of a step was on disk. */
type OnDisk = { step: string; at: number };

afterAll(closeTestServer);

const kills = Array.from({ length: RUNS }, (_, run) =>
  Array.from({ length: Math.ceil((KILLS - run) / RUNS) }, (__, index) => run + RUNS * index),
);

const isLost = ({ body }: RecordedRequest) => JSON.stringify(body).includes('Lost');

/** A run of calls, and one of a single call, whose Worker dies again and again, each time at another point. */
async function runWithKills(mine: readonly number[], seed: number) {
  const random = seededRandom(seed);
  const world = await createTestWorld();
  const { models, cadenza } = world;
  const at: string[] = [];
  models.script(async (request) => {
    if (isLost(request)) return at.length <= LOST ? { hang: true } : { text: 'well' };
    // No Worker dies before the call that it is to take with it has left.
    await models.until(({ requests }) => requests.some((other) => isLost(other) && other.outcome !== 'aborted'));
    return { text: 'well', delayMs: 200 };
  });
  const steps = Array.from({ length: CALLS }, (_, index) => ({
    name: `call${index}`,
    promptTemplate: `Call ${index} of {initial_input}`,
  }));
  const run = await cadenza.start('chain', { initialPrompt: `seed ${seed}`, steps });
  const lost = await cadenza.start('chain', { initialPrompt: 'x', steps: [{ name: 'lost', promptTemplate: 'Lost' }] });
  try {
    for (const kill of mine) {
      const point = POINTS[kill % POINTS.length] as string;
      // Of the calls that are left each kill takes a few at most, so that all of them find one.
      const answered = models.requests.filter((request) => !isLost(request) && request.outcome === 'answered').length;
      const most = Math.max(1, Math.floor((CALLS - answered) / (mine.length - at.length + 1)));
      // Both come before an answer, and only an answer waits for the other run's call.
      const first = kill % POINTS.length < 2 && at.length < LOST ? 2 : 1;
      const killAt = `${point}:${first + Math.floor(random() * most)}`;
      at.push(killAt);
      const worker = await spawnWorker({ ...world.variables, KILL_AT: killAt }, 'killing-worker.cjs');
      await Promise.race([worker.ended, run.outcome()]);
      await worker.kill().catch(() => undefined);
    }
    at.push('never');
    const last = await spawnWorker(world.variables, 'killing-worker.cjs');
    const [outcome, lostOutcome] = [await run.outcome(), await lost.outcome()];
    await last.stop();
    expect([outcome, lostOutcome]).toMatchObject([{ status: 'completed' }, { status: 'completed' }]);
    const [result, lostResult] = [outcome.result, lostOutcome.result] as [ChainResult, ChainResult];
    // The first time counts where there are more.
    const lines = (await readFile(path.join(world.folder, 'on-disk.log'), 'utf8')).trim().split('\n').reverse();
    const onDisk = new Map(lines.map((line) => JSON.parse(line) as OnDisk).map(({ step, at: since }) => [step, since]));
    const requests = models.requests.filter((request) => !isLost(request));
    return { result, lostResult, requests, at: at.slice(0, -1), onDisk };
  } finally {
    await world.close();
  }
}

test(`${KILLS} kills -9 at every point of a run of ${CALLS} calls: what was answered and on disk is never paid again`, async () => {
  const runs = await Promise.all(kills.map((mine, index) => runWithKills(mine, 20_261_123 + index)));
  let killed = 0;
  for (const { result, lostResult, requests, at, onDisk } of runs) {
    killed += at.length;
    expect(lostResult.usage).toMatchObject({ calls: 1 + LOST, cutCalls: LOST });
    const answered = requests.filter(({ outcome }) => outcome === 'answered');
    const stepOf = ({ body }: RecordedRequest) =>
      `call${/^Call (\d+)/.exec(body.messages?.at(-1)?.content ?? '')?.[1]}`;
    expect(new Set(answered.map(stepOf)).size).toBe(CALLS);
    expect(onDisk.size).toBe(CALLS);
    expect(requests.filter((request) => request.startedAt > (onDisk.get(stepOf(request)) ?? 0))).toEqual([]);
    // Answers that a Worker took to its grave are asked for again, and told apart from those that were paid once.
    const { calls, cutCalls } = result.usage;
    expect(calls).toBe(CALLS + cutCalls);
    expect(cutCalls).toBeLessThanOrEqual(at.filter((killAt) => /^(wire|answered)/.test(killAt)).length);
    // On a busy machine a Worker may die before what it was about to send has left: that counts as sent.
    expect(calls).toBeGreaterThanOrEqual(requests.length);
    expect(result.chainResults).toHaveLength(CALLS);
  }
  expect(killed).toBe(KILLS);
  console.log(`${killed} kills (${runs.flatMap(({ at }) => at).join(' ')}), no answer on disk paid twice`);
}, 1_800_000);
