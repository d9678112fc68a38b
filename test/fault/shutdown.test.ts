import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { GivenInput, RunHandle } from '../../src/client';
import type { Pattern } from '../../src/contracts/names';
import type { Usage } from '../../src/contracts/usage';
import type { RecordedRequest, ScriptedAnswer } from '../helpers/scripted-model-server';
import type { WorkerProcess } from '../helpers/spawn-worker';
import { spawnWorker } from '../helpers/spawn-worker';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';

let world: TestWorld;
/** Takes over in the first test, and has too much to do in the second. */
let other: WorkerProcess | undefined;
beforeAll(async () => {
  world = await createTestWorld();
});
afterAll(async () => {
  await other?.kill();
  await world.close();
  await closeTestServer();
});

const isSlow = ({ body }: RecordedRequest) => JSON.stringify(body).includes('slow');

/** Of the slow calls so many never come back; the others are answered, the quick ones after a second. */
function slowAtFirst(count: number): ScriptedAnswer {
  let left = count;
  return (request) => {
    if (!isSlow(request)) return { text: 'well', delayMs: 1_000 };
    left -= 1;
    return left >= 0 ? { hang: true } : { text: 'well' };
  };
}

const asking = (text: string, more: object = {}) => ({
  steps: [{ name: 'a', handler: 'generation', config: { text }, ...more }],
});

/** The calls of each are out when the Worker is told to end: those of the first two end in time. */
const INPUTS: [Pattern, object][] = [
  ['pipeline', asking('quick')],
  ['chain', { initialPrompt: 'x', steps: [{ name: 'a', promptTemplate: 'a quick one' }] }],
  ['pipeline', asking('slow')],
  ['pipeline', asking('slow, with one attempt', { retryCount: 1 })],
  ['chain', { initialPrompt: 'x', steps: [{ name: 'a', promptTemplate: 'a slow one' }] }],
  ['ensemble', { task: 'generation', input: 'a slow member', members: ['gpt'] }],
  ['treeOfThought', { problem: 'slow', depth: 1, numBranches: 1, evaluate: { mode: 'number', samples: 1 } }],
  ['pipeline', { steps: [{ name: 'a', handler: 'deaf', config: {} }] }],
];
const QUICK = 2;
const SLOW = 5;

test('SIGTERM: calls that end in time are used, the others go to another Worker, and no run is cancelled', async () => {
  const handlers = path.join(world.folder, 'handlers.cjs');
  // Does not hear that it is to end.
  const deaf =
    '(_inputs, _config, { attempt }) => (attempt > 1 ? { attempt } : new Promise(() => setInterval(() => 0, 1e6)))';
  await writeFile(handlers, `module.exports = { deaf: ${deaf} };`);
  const variables = { ...world.variables, CADENZA_HANDLERS: handlers };
  world.models.script(slowAtFirst(SLOW));
  const ending = await spawnWorker({ ...variables, GRACE_MS: '2500' }, 'stopping-worker.cjs');
  const runs: RunHandle<Pattern>[] = [];
  for (const [pattern, input] of INPUTS) {
    runs.push(await world.cadenza.start(pattern, input as GivenInput<typeof pattern>));
  }
  await world.models.until(({ requests }) => requests.length === QUICK + SLOW, 20_000);
  const ended = ending.stop();
  other = await spawnWorker(variables, 'stopping-worker.cjs');
  expect(await ended).toBe(0);
  const endedAt = Date.now();
  expect(world.models.requests.filter((request) => !isSlow(request)).map(({ outcome }) => outcome)).toEqual(
    Array(QUICK).fill('answered'),
  );
  const outcomes = await Promise.all(runs.map((run) => run.outcome()));
  expect(outcomes.map(({ status, error }) => error ?? status)).toEqual(INPUTS.map(() => 'completed'));
  expect(Date.now() - endedAt).toBeLessThan(10_000);

  const asked = (slow: boolean) => world.models.requests.filter((request) => isSlow(request) === slow);
  expect(asked(false)).toHaveLength(QUICK);
  expect(asked(true).filter(({ outcome }) => outcome === 'aborted')).toHaveLength(SLOW);
  const usages = outcomes.map(({ result }) => (result as { usage: Usage }).usage.cutCalls);
  expect(usages).toEqual([0, 0, 1, 1, 1, 1, 1, 0]);
  for (const { workflowId } of runs) {
    const { events } = await world.cadenza.temporal.workflow.getHandle(workflowId).fetchHistory();
    const cancels = (events ?? []).filter(
      (event) =>
        event.activityTaskCanceledEventAttributes ??
        event.activityTaskCancelRequestedEventAttributes ??
        event.workflowExecutionCancelRequestedEventAttributes,
    );
    expect(cancels).toEqual([]);
    // One retry layer, and no Activity without a bound.
    for (const { activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
      if (!scheduled) continue;
      const { heartbeatTimeout, startToCloseTimeout, scheduleToCloseTimeout, retryPolicy } = scheduled;
      expect(Number(heartbeatTimeout?.seconds)).toBe(6);
      expect(Number(startToCloseTimeout?.seconds)).toBeGreaterThan(0);
      expect(Number(scheduleToCloseTimeout?.seconds)).toBeGreaterThan(0);
      expect(retryPolicy?.maximumAttempts).toBeGreaterThan(0);
    }
  }
}, 90_000);

test('50 calls of a Worker that has too much to do time out never, and go on within ten seconds of another Worker', async () => {
  const CALLS = 50;
  const before = world.models.requests.length;
  const aborted = world.models.aborted;
  world.models.script(() => ({ hang: true }));
  const busy = other ?? (await spawnWorker(world.variables, 'stopping-worker.cjs'));
  process.kill(busy.pid, 'SIGUSR2');
  const run = await world.cadenza.start('ensemble', {
    task: 'generation',
    input: 'x',
    members: [{ model: 'gpt', samples: CALLS }],
  });
  await world.models.until(({ open }) => open === CALLS, 30_000);
  // Longer than the heartbeat timeout.
  await new Promise((resolve) => setTimeout(resolve, 7_000));
  expect(world.models.requests).toHaveLength(before + CALLS);
  expect(world.models.aborted).toBe(aborted);
  world.models.script(() => ({ text: 'well' }));
  await busy.kill();
  other = await spawnWorker(world.variables);
  const thereAt = Date.now();
  await world.models.until(({ requests }) => requests.length === before + 2 * CALLS, 20_000);
  const last = world.models.requests.at(-1)?.startedAt ?? Infinity;
  expect(last - thereAt).toBeLessThan(10_000);
  const { status, result } = await run.outcome();
  expect(status).toBe('completed');
  expect((result as { usage: Usage }).usage).toMatchObject({ calls: 2 * CALLS, cutCalls: CALLS });
  console.log(`${CALLS} calls went on ${last - thereAt} ms after another Worker was there`);
}, 90_000);
