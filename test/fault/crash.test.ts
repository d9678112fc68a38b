import type { RunHandle } from '../../src/client';
import type { Pattern } from '../../src/contracts/names';
import type { CrashRun } from '../helpers/crash-runs';
import { crashAnswers, CRASH_RUNS } from '../helpers/crash-runs';
import type { CrashWorld } from '../helpers/crash-world';
import { answersByRequest, createCrashWorld } from '../helpers/crash-world';
import { waitUntil } from '../helpers/wait-until';

const RUNS: [string, CrashRun][] = Object.entries(CRASH_RUNS);

/**
 * All runs are killed together, each time that they wait for answers. Cut on the wire, their calls are sent again by the
 * next Worker; `answered` are those that come while there is no server that could be told: only the journal knows them.
 */
const KILLS = ['worker', 'worker, server', 'server, worker', 'answered', 'worker'] as const;

/** The calls that are on the wire at a kill. */
const sent = (kill: number) => RUNS.reduce((sum, [, { waves }]) => sum + (waves[kill] ?? 0), 0);
const cutCalls = ({ waves }: CrashRun) =>
  waves.reduce((sum, calls, kill) => sum + (KILLS[kill] === 'answered' ? 0 : calls), 0);

/** All of a result but what says when, how long, how often and for how much. */
const decided = (result: unknown) =>
  JSON.parse(
    JSON.stringify(result, (name, value: unknown) =>
      /^(usage|attempts|at)$|seconds|costUsd/i.test(name) ? undefined : value,
    ),
  ) as unknown;

let world: CrashWorld;
let runs: Record<string, RunHandle<Pattern>>;

beforeAll(async () => {
  world = await createCrashWorld(0, crashAnswers);
});

afterAll(() => world.close());

async function startAll(): Promise<void> {
  const started = RUNS.map(async ([name, { pattern, input }]) => [
    name,
    await world.cadenza.start(pattern, input as never),
  ]);
  runs = Object.fromEntries(await Promise.all(started)) as typeof runs;
}

/** The approval of the pipeline with people. */
async function approve(): Promise<void> {
  const people = runs['people'] as RunHandle<'pipeline'>;
  const isAsked = async () => (await people.progress()).steps.find(({ name }) => name === 'ok')?.status === 'running';
  await waitUntil(isAsked, 60);
  await people.approve({ step: 'ok', approved: true, by: 'test' });
}

async function results(): Promise<Record<string, unknown>> {
  const ended = Object.entries(runs).map(async ([name, run]) => [name, await (run.result() as Promise<unknown>)]);
  return Object.fromEntries(await Promise.all(ended)) as Record<string, unknown>;
}

async function allAreListed(): Promise<void> {
  const listed = (await world.cadenza.list()).runs.map(({ workflowId }) => workflowId);
  expect(listed).toEqual(expect.arrayContaining(Object.values(runs).map(({ workflowId }) => workflowId)));
}

/** Kills what is named, has another Worker there, and the answers of these calls given by the end; the next are held. */
async function killAt(kill: number, letGo: () => void): Promise<() => void> {
  const { models, journalledAnswers, killServer, killWorker, startWorker } = world;
  const onTheWire = () => models.until(({ open }) => open === sent(kill), 60_000);
  await onTheWire();
  const next = () => {
    const later = world.holdAnswers();
    letGo();
    return later;
  };
  if (KILLS[kill] === 'answered') {
    let later = letGo;
    const before = await journalledAnswers();
    await killServer(async () => {
      later = next();
      await waitUntil(async () => (await journalledAnswers()) === before + sent(kill));
      await killWorker();
    });
    await startWorker();
    return later;
  }
  for (const what of (KILLS[kill] ?? '').split(', ')) await (what === 'server' ? killServer() : killWorker());
  await models.until(({ open }) => open === 0, 60_000);
  await startWorker();
  const thereAt = Date.now();
  await onTheWire();
  if (KILLS[kill] === 'worker') expect(Date.now() - thereAt).toBeLessThan(10_000);
  return next();
}

test('worker and server killed in the middle of every pattern: the same results, and no answered call is repeated', async () => {
  const { models } = world;
  await world.startWorker();
  await startAll();
  await approve();
  const calm = await results();
  expect(calm['tree']).toMatchObject({ finalSolution: 'solution 3/33' });
  expect(calm['batch']).toMatchObject({ summary: { items: 6, completed: 6, correct: 6 } });
  const before = models.requests.length;
  expect(before).toBe(KILLS.reduce((sum, _, kill) => sum + sent(kill), 0));

  let letGo = world.holdAnswers();
  await startAll();
  for (const kill of KILLS.keys()) {
    if (kill === 3) await approve();
    letGo = await killAt(kill, letGo);
    await allAreListed();
  }
  letGo();

  const rough = await results();
  const requests = models.requests.slice(before);
  expect(requests.filter((request) => !RUNS.some(([, { isMine }]) => isMine(request)))).toEqual([]);
  for (const [name, run] of RUNS) {
    const mine = requests.filter(run.isMine);
    const cut = mine.filter(({ outcome }) => outcome === 'aborted').length;
    expect([name, new Set(answersByRequest(mine))]).toEqual([name, new Set([run.asked ?? 1])]);
    expect([name, cut]).toEqual([name, cutCalls(run)]);
    expect([name, decided(rough[name])]).toEqual([name, decided(calm[name])]);
    expect([name, rough[name]]).toMatchObject([name, { usage: { calls: mine.length, cutCalls: cut } }]);
  }
}, 300_000);
