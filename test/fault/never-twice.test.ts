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
const KILLS = Number(process.env['CADENZA_PROVE_KILLS'] ?? 6);
const RUNS = KILLS > 20 ? 3 : 2;

/** When the answer of a step was on disk. */
type OnDisk = { step: string; at: number };

afterAll(closeTestServer);

const kills = Array.from({ length: RUNS }, (_, run) =>
  Array.from({ length: Math.ceil((KILLS - run) / RUNS) }, (__, index) => run + RUNS * index),
);

/** One run of calls whose Worker dies again and again, each time at another point. */
async function runWithKills(mine: readonly number[], seed: number, calls = CALLS) {
  const random = seededRandom(seed);
  const world = await createTestWorld({ answer: () => ({ text: 'well', delayMs: 200 }) });
  const steps = Array.from({ length: calls }, (_, index) => ({
    name: `call${index}`,
    promptTemplate: `Call ${index} of {initial_input}`,
  }));
  const run = await world.cadenza.start('chain', { initialPrompt: `seed ${seed}`, steps });
  const at: string[] = [];
  try {
    for (const kill of mine) {
      const point = POINTS[kill % POINTS.length] as string;
      // Of the calls that are left each kill takes a few at most, so that all of them find one.
      const most = Math.max(1, Math.floor((calls - world.models.answered) / (mine.length - at.length + 1)));
      const killAt = `${point}:${1 + Math.floor(random() * most)}`;
      const worker = await spawnWorker({ ...world.variables, KILL_AT: killAt }, 'killing-worker.cjs');
      at.push(killAt);
      await Promise.race([worker.ended, run.outcome()]);
      await worker.kill().catch(() => undefined);
    }
    const last = await spawnWorker(world.variables, 'killing-worker.cjs');
    const outcome = await run.outcome();
    await last.stop();
    expect(outcome).toMatchObject({ status: 'completed' });
    const result = outcome.result as ChainResult;
    const lines = (await readFile(path.join(world.folder, 'on-disk.log'), 'utf8')).trim().split('\n');
    const onDisk = new Map(lines.map((line) => JSON.parse(line) as OnDisk).map(({ step, at: since }) => [step, since]));
    return { result, requests: [...world.models.requests], at, onDisk };
  } finally {
    await world.close();
  }
}

test(`${KILLS} kills -9 at every point of runs of ${CALLS} calls: what was answered and on disk is never paid again`, async () => {
  // More Workers than a call has attempts die under the one call of the first run.
  const [onlyLost, ...runs] = await Promise.all([
    runWithKills([1, 1, 1, 1], 4, 1),
    ...kills.map((mine, index) => runWithKills(mine, 20_261_123 + index)),
  ]);
  expect(onlyLost.result.usage).toMatchObject({ calls: 5, cutCalls: 4 });
  let killed = 0;
  for (const { result, requests, at, onDisk } of runs) {
    killed += at.length;
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
