import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GivenInput } from '../../src/client';
import { unservedQueues } from '../../src/client/task-queues';
import { providerTaskQueue } from '../../src/contracts/names';
import type { ScriptedAnswer } from '../helpers/scripted-model-server';
import { closeTestServer, testServer } from '../helpers/test-server';
import type { TestRegistry, TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld, withWorker } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

/** Five a second. */
const PER_MINUTE = 300;

let world: TestWorld;

beforeAll(async () => {
  const registry = ({ providers: { scripted }, models: { gpt, fast_classifier } }: TestRegistry) => {
    const limits = {
      free: {},
      paced: { requestsPerMinute: PER_MINUTE },
      calm: { requestsPerMinute: 120 },
      narrow: { maxConcurrent: 2 },
      metered: { tokensPerMinute: 5_000 },
      broken: { breaker: { failures: 2, openSeconds: 2 } },
      // For longer than a slow machine takes to come back to it.
      shut: { breaker: { failures: 2, openSeconds: 60 } },
    };
    const entries = Object.entries(limits);
    return {
      providers: Object.fromEntries(entries.map(([name, more]) => [name, { ...scripted, ...more }])),
      models: {
        ...Object.fromEntries(entries.map(([name]) => [name, { ...gpt, provider: name, model: `${name}-test` }])),
        gone: { ...gpt, provider: 'free', model: 'gone-test', fallback: ['paced'] },
        covered: { ...gpt, provider: 'shut', model: 'shut-test', fallback: ['free'], fallbackAfterSeconds: 0.5 },
        fast_classifier,
      },
      tasks: { default: 'free' },
    };
  };
  world = await createTestWorld({ registry });
});
afterAll(async () => {
  await world.close();
  await closeTestServer();
});
afterEach(() => world.models.script(undefined));

/** Requests of what is done, as they came in. */
async function requestsOf(work: () => Promise<unknown>, answer?: ScriptedAnswer) {
  const before = world.models.requests.length;
  world.models.script(answer);
  await work();
  return world.models.requests.slice(before);
}

const samples = (model: string, count: number): GivenInput<'ensemble'> => ({
  task: 'generation',
  input: 'x',
  members: [{ model, samples: count }],
});
const asking = (model: string, more: object = {}): GivenInput<'pipeline'> => ({
  steps: [{ name: 'a', handler: 'generation', config: { text: 'x', model }, ...more }],
});
const routed = (model: string): GivenInput<'routeToModel'> => ({ task: 'generation', input: 'x', model });
const ended = async (run: Promise<{ outcome(): Promise<{ status: string }> }>) => (await (await run).outcome()).status;

test('calls that wait in the queue of a provider are taken when its limits are gone from the registry', async () => {
  let asked = 0;
  const requests = await requestsOf(
    async () => {
      const run = await withWorker(world, async () => {
        const started = await world.cadenza.start('ensemble', samples('narrow', 4));
        await world.models.until(() => asked >= 2);
        expect(await started.unserved()).toEqual([]);
        const { temporal } = world.cadenza;
        const described = await temporal.workflow.getHandle(started.workflowId).describe();
        // As it would be when no Worker has asked for a while.
        const later = Date.now() + 120_000;
        expect(await unservedQueues(temporal, described, later)).toEqual([providerTaskQueue('narrow')]);
        return started;
      });
      const file = path.join(world.folder, 'unlimited.yaml');
      await writeFile(
        file,
        (await readFile(path.join(world.folder, 'models.yaml'), 'utf8')).replace(/maxConcurrent: .*/, ''),
      );
      const later = { ...world, environment: { ...world.environment, models: file } };
      await withWorker(later, async () => expect((await run.outcome()).status).toBe('completed'));
    },
    () => {
      asked += 1;
      return { text: 'well', delayMs: 700 };
    },
  );
  expect(requests).toHaveLength(4);
});

describe('one Worker serves', () => {
  let stopWorker: () => Promise<void>;
  beforeAll(async () => {
    stopWorker = await serveWorld(world);
  });
  afterAll(() => stopWorker());

  test('requests per minute hold over two Workers, whatever asks: samples, trees, handlers and fallbacks', async () => {
    const isGone: ScriptedAnswer = ({ body }) =>
      body.model === 'gone-test' ? { status: 404, error: { code: 'model_not_found' } } : undefined;
    const tree: GivenInput<'treeOfThought'> = {
      problem: 'x',
      depth: 1,
      numBranches: 4,
      generate: { mode: 'sample', promptTemplate: 'go on {path}', model: 'paced' },
      evaluate: { model: 'paced', samples: 1 },
    };
    const requests = await requestsOf(
      () =>
        // Beside the one of the others.
        withWorker(world, async () => {
          const runs = [
            ended(world.cadenza.start('ensemble', samples('paced', 16))),
            ended(world.cadenza.start('pipeline', asking('paced'))),
            ended(world.cadenza.start('routeToModel', { task: 'generation', input: 'x', model: 'gone' })),
            ended(world.cadenza.start('treeOfThought', tree)),
          ];
          expect(await Promise.all(runs)).toEqual(runs.map(() => 'completed'));
        }),
      isGone,
    );
    const times = requests.filter(({ body }) => body.model === 'paced-test').map(({ startedAt }) => startedAt);
    expect(times.length).toBeGreaterThanOrEqual(16 + 1 + 1 + 4);
    // What the server lets through at once is one second's worth. Measured over all: on a busy machine some arrive together
    // that left one after another, and the first may be a second late.
    const perSecond = PER_MINUTE / 60;
    const spanMs = Math.max(...times) - Math.min(...times);
    expect(spanMs).toBeGreaterThanOrEqual(((times.length - perSecond) / perSecond - 1) * 1_000);
  });

  test('what somebody waits for is asked before the items of a batch', async () => {
    const order = await requestsOf(async () => {
      const batch = await world.cadenza.start('batch', {
        pattern: 'routeToModel',
        config: { task: 'generation', model: 'calm' },
        items: Array.from({ length: 12 }, (_, index) => ({ input: `item ${index}` })),
      });
      await world.models.until(({ requests }) => requests.some(({ body }) => body.model === 'calm-test'));
      const person = await world.cadenza.start('routeToModel', {
        task: 'generation',
        input: 'somebody waits',
        model: 'calm',
      });
      await person.result();
      await batch.outcome();
    });
    const asked = order.map(({ body }) => body.messages?.at(-1)?.content ?? '');
    const place = asked.findIndex((text) => text.includes('somebody waits'));
    expect(asked).toHaveLength(13);
    // Two a second, and two at once: all of the batch waits in the queue when the person comes.
    expect(place).toBeLessThan(9);
  });

  test('an activity of a limited provider is on its queue', async () => {
    const run = await world.cadenza.start('chain', {
      initialPrompt: 'x',
      steps: [
        { name: 'one', promptTemplate: 'x', model: 'paced' },
        { name: 'two', promptTemplate: 'y', model: 'free' },
      ],
    });
    await run.result();
    const { events } = await testServer()
      .client.workflowService.getWorkflowExecutionHistory({
        namespace: world.namespace,
        execution: { workflowId: run.workflowId },
      })
      .then(({ history }) => ({ events: history?.events ?? [] }));
    const queues = events.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled ? [scheduled.taskQueue?.name] : [],
    );
    expect(queues).toEqual([providerTaskQueue('paced'), 'cadenza']);
  });

  test('no more requests of a provider are out at once in a Worker than it says, and the others wait their turn', async () => {
    let most = 0;
    const requests = await requestsOf(
      async () => expect(await ended(world.cadenza.start('ensemble', samples('narrow', 8)))).toBe('completed'),
      () => {
        most = Math.max(most, world.models.open);
        return { text: 'well', delayMs: 50 };
      },
    );
    expect(requests).toHaveLength(8);
    expect(most).toBe(2);
  });

  test('a Retry-After pauses the provider for all calls of the Worker: none leaves, none fails, none counts as an attempt', async () => {
    let limitedAt = 0;
    const requests = await requestsOf(
      async () => {
        const first = world.cadenza.start('pipeline', asking('free'));
        await world.models.until(() => limitedAt > 0);
        const others = Array.from({ length: 5 }, () =>
          world.cadenza.start('pipeline', asking('free', { retryCount: 1 })),
        );
        const results = await Promise.all([first, ...others].map(async (run) => (await run).outcome()));
        expect(results.map(({ status }) => status)).toEqual(Array(6).fill('completed'));
        const attempts = results.map(
          ({ result }) => (result as { results: { a: { attempts: number } } }).results.a.attempts,
        );
        expect(attempts).toEqual([2, 1, 1, 1, 1, 1]);
      },
      () => {
        if (limitedAt > 0) return undefined;
        limitedAt = Date.now();
        return { status: 429, error: { code: 'rate' }, headers: { 'retry-after': '3' } };
      },
    );
    expect(requests).toHaveLength(7);
    for (const { startedAt } of requests.slice(1)) expect(startedAt - limitedAt).toBeGreaterThanOrEqual(2_900);
    expect(world.models.maxOpen).toBeLessThan(50);
  });

  test('a provider that fails is left alone, probed by one call, and asked again once it answers', async () => {
    let isDown = true;
    let refused = 0;
    const requests = await requestsOf(
      async () => {
        const runs = Array.from({ length: 6 }, () =>
          world.cadenza.start('pipeline', asking('broken', { retryCount: 5 })),
        );
        const outcomes = Promise.all(runs.map(async (run) => (await run).outcome()));
        await world.models.until(() => refused >= 2);
        // Those that were out with them fail too. All would be asked again after a second; the probe comes after two.
        await sleep(1_500);
        isDown = false;
        expect((await outcomes).map(({ status }) => status)).toEqual(Array(6).fill('completed'));
      },
      () => {
        // Slow enough for a second probe to be seen.
        if (!isDown) return { text: 'well', delayMs: 300 };
        refused += 1;
        return { status: 503, error: { code: 'overloaded' }, delayMs: 20 };
      },
    );
    // Those that were out when it opened, and nobody after them until the probe.
    expect(refused).toBeLessThanOrEqual(6);
    const [probe, next] = requests.slice(refused);
    expect(next?.startedAt).toBeGreaterThanOrEqual(probe?.endedAt ?? Infinity);
    expect(requests.length).toBe(refused + 6);
  });

  test('a wait that is longer than the fallback is worth is not waited for', async () => {
    const requests = await requestsOf(
      async () => {
        expect(await ended(world.cadenza.start('pipeline', asking('shut', { retryCount: 2 })))).toBe('failed');
        const run = await (await world.cadenza.start('pipeline', asking('covered'))).outcome();
        expect(run).toMatchObject({
          status: 'completed',
          result: {
            results: { a: { models: ['covered', 'free'], passedOver: [{ model: 'covered', type: 'ProviderPaused' }] } },
          },
        });
      },
      ({ body }) => (body.model === 'shut-test' ? { status: 503, error: { code: 'overloaded' } } : undefined),
    );
    expect(requests.map(({ body }) => body.model)).toEqual(['shut-test', 'shut-test', 'free-test']);
  });

  test('tokens per minute hold: what may not fit in what is left of the minute is not sent, waits, and says so', async () => {
    // The minute is that of the clock: not one that ends in between.
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 8_000) await sleep(left + 500);
    const requests = await requestsOf(
      async () => {
        expect(await ended(world.cadenza.start('routeToModel', routed('metered')))).toBe('completed');
        const runs = await Promise.all([1, 2].map(() => world.cadenza.start('routeToModel', routed('metered'))));
        for (const run of runs) {
          await waitUntil(async () => JSON.stringify(await run.progress()).includes('the tokens of this minute'));
          await run.cancel();
        }
      },
      // Of 5,000; the next one may need 1,024 and its text.
      () => ({ text: 'well', usage: { prompt_tokens: 4_000, completion_tokens: 100 } }),
    );
    expect(requests).toHaveLength(1);
  });
});
