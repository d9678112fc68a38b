import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GivenInput } from '../../src/client';
import type { CascadeResult } from '../../src/contracts/cascade.schema';
import type { PipelineResult } from '../../src/contracts/pipeline.schema';
import { spawnWorker } from '../helpers/spawn-worker';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld, withWorker } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let world: TestWorld;

beforeAll(async () => {
  world = await createTestWorld();
});
afterAll(async () => {
  await world.close();
  await closeTestServer();
});
afterEach(() => world.models.script(undefined));

async function run(input: GivenInput<'pipeline'>) {
  const before = world.models.requests.length;
  const envelope = await (await world.cadenza.start('pipeline', input)).outcome();
  const result = envelope.result as unknown as PipelineResult;
  return { ...envelope, result, requests: world.models.requests.slice(before) };
}

describe('one Worker serves', () => {
  let stopWorker: () => Promise<void>;
  beforeAll(async () => {
    stopWorker = await serveWorld(world);
  });
  afterAll(() => stopWorker());

  test('patterns are steps: what one answers is what the next one works on, and usage adds up', async () => {
    const { status, result, requests } = await run({
      input: 'I love this chair.',
      steps: [
        {
          name: 'mood',
          pattern: 'ensemble',
          config: { task: 'sentiment', members: ['gpt', 'other'] },
          inputs: { input: 'input' },
        },
        {
          name: 'check',
          pattern: 'cascade',
          config: { task: 'sentiment', stages: [{ model: 'gpt', accept: { score: 0.95 } }, { model: 'other' }] },
          inputs: { input: 'input' },
          transform: 'prediction',
        },
        {
          name: 'reply',
          pattern: 'routeToModel',
          config: { task: 'generation', selector: [{ when: "text = 'positive'", model: 'other' }], otherwise: 'fail' },
          inputs: { input: 'mood' },
        },
      ],
      output: { mood: 'mood', check: 'check', reply: 'reply.text' },
    });
    expect(status).toBe('completed');
    expect(result).toMatchObject({
      output: { mood: 'positive', check: 'positive', reply: 'Answer to: positive' },
      results: { mood: { models: ['gpt', 'other'] }, reply: { models: ['other'] } },
      usage: { calls: 5, byStep: { mood: { calls: 2 }, check: { calls: 2 }, reply: { calls: 1 } } },
    });
    expect(requests).toHaveLength(5);
  });

  test('a pattern that fails fails its step, with what it had used', async () => {
    world.models.script(() => ({ status: 400, error: { message: 'no' } }));
    const { error, result } = await run({
      steps: [
        { name: 'vote', pattern: 'ensemble', config: { task: 'generation', input: 'x', members: ['gpt', 'other'] } },
      ],
    });
    expect(error).toMatchObject({
      type: 'TooFewAnswers',
      message: expect.stringContaining('step "vote": 0 valid answers'),
    });
    expect(result).toMatchObject({ results: { vote: { status: 'failed' } }, usage: { calls: 2 } });
  });

  test('what was asked inside a pattern that was cancelled or ran out of time is in the usage of its step', async () => {
    const asksThenWaits = {
      pattern: 'pipeline' as const,
      config: {
        steps: [
          { name: 'ask', handler: 'generation', inputs: { text: { value: 'x' } } },
          { name: 'rest', wait: { seconds: 600 }, dependsOn: ['ask'] },
        ],
      },
    };
    const within = {
      name: 'within',
      pattern: 'pipeline' as const,
      config: { steps: [{ ...asksThenWaits, name: 'sub' }] },
    };
    const handle = await world.cadenza.start('pipeline', {
      input: ['a', 'b'],
      failFast: false,
      steps: [
        within,
        { ...asksThenWaits, name: 'list', forEach: { items: 'input', as: 'item' } },
        { ...asksThenWaits, name: 'late', timeoutSeconds: 3 },
      ],
    });
    await waitUntil(async () => {
      const { steps, usage } = await handle.progress();
      return steps.some(({ name, status }) => name === 'late' && status === 'failed') && usage.calls === 1;
    });
    await handle.cancel();
    const { status, result } = await handle.outcome();
    expect(status).toBe('cancelled');
    expect(result).toMatchObject({
      usage: {
        calls: 4,
        cutCalls: 0,
        byStep: { within: { calls: 1 }, list: { calls: 2 }, late: { calls: 1 } },
      },
    });
  });

  test('an unknown model of a step’s pattern is refused before the first step is paid', async () => {
    const { error, requests } = await run({
      input: 'x',
      steps: [
        { name: 'first', handler: 'generation', inputs: { text: 'input' } },
        {
          name: 'vote',
          pattern: 'ensemble',
          config: { task: 'generation', members: ['gpt', 'gtp'] },
          inputs: { input: 'first.text' },
        },
      ],
    });
    expect(error).toMatchObject({
      type: 'UnknownModel',
      message: expect.stringContaining('steps[1].config: members[1]'),
    });
    expect(requests).toHaveLength(0);
  });

  test('a pattern handles events, and one of an unknown model is refused', async () => {
    const subscription = {
      on: 'message.received',
      pattern: 'ensemble' as const,
      config: { task: 'sentiment', members: ['gpt', 'other'] },
      inputs: { input: 'data.text' },
      emit: 'mood.found',
    };
    const before = world.models.requests.length;
    const router = await world.cadenza.start('eventRouter', { subscriptions: [subscription], strict: false });
    await world.cadenza.emit(router.workflowId, { type: 'message.received', data: { text: 'I hate this chair.' } });
    await waitUntil(async () => (await router.progress()).events?.handled === 1);
    expect(world.models.requests.length - before).toBe(2);
    const handled = await world.cadenza.find(`${router.workflowId}/e1`);
    expect(await handled.result()).toMatchObject({ output: 'negative' });
    await router.cancel();

    const config = { task: 'sentiment', members: ['gtp'] };
    const refused = await world.cadenza.start('eventRouter', { subscriptions: [{ ...subscription, config }] });
    await expect(refused.result()).rejects.toMatchObject({ type: 'UnknownModel' });
  });

  test('a call whose activity runs again after its answer is paid once', async () => {
    const content = path.join(world.environment.store, 'content');
    const long = 'word '.repeat(4_000);
    const before = world.models.requests.length;
    // Where the answer would be stored there is a file, until the activity has failed once.
    world.models.script(async () => {
      await rename(content, `${content}-away`).catch(() => undefined);
      await writeFile(content, '');
      return long;
    });
    const handle = await world.cadenza.start('cascade', { task: 'generation', input: 'x', stages: [{ model: 'gpt' }] });
    for (let tries = 0; (await handle.retrying()).length === 0 && tries < 100; tries += 1) {
      await sleep(50);
    }
    await rename(content, `${content}-file`);
    await rename(`${content}-away`, content).catch(() => undefined);
    const result = (await handle.result()) as CascadeResult;
    expect(result.finalResult).toMatchObject({ text: { bytes: long.length - 1 } });
    expect(result.usage).toMatchObject({ calls: 1, journalHits: 1, cutCalls: 0 });
    expect(world.models.requests.length - before).toBe(1);
  });
});

test('a Worker killed in the middle of an ensemble: the same decision, and no answered call repeated', async () => {
  world.models.script(({ body }) => ({ text: (body.seed ?? 0) < 3 ? 'yes' : 'no', delayMs: (body.seed ?? 0) * 700 }));
  const before = world.models.requests.length;
  const first = await spawnWorker(world.variables);
  const members = [{ model: 'gpt', samples: 5 }];
  const handle = await world.cadenza.start('ensemble', { task: 'generation', input: 'x', members });
  await world.models.until(
    ({ requests }) => requests.slice(before).filter(({ outcome }) => outcome === 'answered').length >= 2,
  );
  // An answer that is still on its way into the journal when its Worker dies is asked for again.
  await sleep(300);
  await first.kill();
  const result = await withWorker(world, () => handle.result());
  expect(result).toMatchObject({ aggregatedResult: 'yes', decision: { votes: { yes: 3, no: 2 }, valid: 5 } });
  const answered = world.models.requests.slice(before).filter(({ outcome }) => outcome === 'answered');
  expect(answered.map(({ body }) => body.seed).sort()).toEqual([0, 1, 2, 3, 4]);
});
