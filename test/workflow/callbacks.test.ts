import { Webhook } from 'standardwebhooks';
import type { GivenInput, StepFunctions } from '../../src/client';
import { CadenzaError } from '../../src/contracts/failures';
import type { PipelineResult } from '../../src/contracts/pipeline.schema';
import type { Handlers } from '../../src/handlers/handler';
import type { CadenzaWorker } from '../../src/worker';
import { createWorker } from '../../src/worker';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';
import type { Receiver } from '../unit/webhooks/receiver';
import { startReceiver } from '../unit/webhooks/receiver';

const SECRET = `whsec_${Buffer.from('a secret of the tests, long enough').toString('base64')}`;
const heard: object[] = [];
const handlers: Handlers = {
  hear: (inputs) => {
    heard.push(inputs);
    return null;
  },
  echo: (inputs, config) => ({ ...config, ...inputs }),
  permanent: () => {
    throw new CadenzaError('DocumentCorrupt', 'x.pdf is damaged');
  },
};

let world: TestWorld;
let worker: CadenzaWorker;
let served: Promise<void>;
let receiver: Receiver;
let answers: number[];

beforeAll(async () => {
  world = await createTestWorld({ more: { CADENZA_WEBHOOK_SECRET: SECRET, CADENZA_WEBHOOK_PRIVATE: '1' } });
  worker = await createWorker({ environment: world.environment, handlers });
  served = worker.run();
});

beforeEach(async () => {
  answers = [];
  receiver = await startReceiver((response) => response.writeHead(answers.shift() ?? 204).end());
});

afterEach(() => receiver.close());

afterAll(async () => {
  worker.shutdown();
  await served;
  await world.close();
  await closeTestServer();
});

const start = (input: GivenInput<'pipeline'>) => world.cadenza.start('pipeline', input);
const TWO: GivenInput<'pipeline'>['steps'] = [
  { name: 'a', handler: 'echo', config: { word: 'hello' } },
  { name: 'b', handler: 'echo', condition: 'false', dependsOn: ['a'] },
];

test('a webhook is told of each end of a step, signed, with what came of it', async () => {
  const run = await start({ steps: TWO, callbacks: { '*': { webhook: { url: receiver.url } } } });
  const result = await run.result();
  expect(result.callbacks).toEqual([
    { step: 'a', to: 'webhook', status: 'delivered' },
    { step: 'b', to: 'webhook', status: 'delivered' },
  ]);
  const told = receiver.received.map(({ body, headers }) => {
    return new Webhook(SECRET).verify(body, headers as Record<string, string>) as Record<string, unknown>;
  });
  expect(told.map(({ type }) => type).sort()).toEqual(['pipeline.a.completed', 'pipeline.b.skipped']);
  expect(told.find(({ type }) => type === 'pipeline.a.completed')).toMatchObject({
    data: { workflowId: run.workflowId, stepName: 'a', status: 'completed', output: { word: 'hello' } },
  });
});

test('a delivery is tried again with the same id, and the run waits for it', async () => {
  answers = [503, 204];
  const run = await start({ steps: TWO, callbacks: { a: { webhook: { url: receiver.url } } } });
  expect((await run.result()).callbacks).toEqual([{ step: 'a', to: 'webhook', status: 'delivered' }]);
  expect(receiver.received).toHaveLength(2);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('an event goes to its router, which hands it to who subscribes', async () => {
  heard.length = 0;
  const subscriptions = [{ on: 'pipeline.*.*', handler: 'hear', inputs: { type: 'type', word: 'data.output.word?' } }];
  const router = await world.cadenza.start('eventRouter', { subscriptions });
  const run = await start({ steps: TWO, callbacks: { '*': { event: { router: router.workflowId } } } });
  expect((await run.result()).callbacks).toEqual([
    { step: 'a', to: 'event', status: 'delivered' },
    { step: 'b', to: 'event', status: 'delivered' },
  ]);
  await waitUntil(() => Promise.resolve(heard.length === 2));
  expect(heard).toContainEqual({ type: 'pipeline.a.completed', word: 'hello' });
  expect(heard).toContainEqual({ type: 'pipeline.b.skipped' });
  await router.cancel();
});

test('a callback that fails is reported and changes nothing else', async () => {
  answers = [404];
  const callbacks = { a: [{ webhook: { url: receiver.url } }, { event: { router: 'no-such-router' } }] };
  const { status, result } = await (await start({ steps: TWO, callbacks })).outcome();
  expect(status).toBe('completed');
  const { success, callbacks: reported } = result as PipelineResult;
  expect(success).toBe(true);
  expect(reported).toMatchObject([
    { step: 'a', to: 'webhook', status: 'failed', error: { type: 'WebhookRefused' } },
    { step: 'a', to: 'event', status: 'failed', error: { type: 'RunNotFound' } },
  ]);
});

test('a failed step is told of, and the result of a failed run reports it', async () => {
  const steps = [{ name: 'bad', handler: 'permanent' }];
  const run = await start({ steps, callbacks: { bad: { webhook: { url: receiver.url } } } });
  const { status, result } = await run.outcome();
  expect(status).toBe('failed');
  expect((result as PipelineResult).callbacks).toEqual([{ step: 'bad', to: 'webhook', status: 'delivered' }]);
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
    type: 'pipeline.bad.failed',
    data: { error: { type: 'DocumentCorrupt' } },
  });
});

test('those of a definition and those of its run are both told', async () => {
  const webhook = { url: receiver.url };
  await world.cadenza.definitions.define({ name: 'telling', steps: TWO, callbacks: { a: { webhook } } });
  const run = await start({ definition: 'telling', callbacks: { a: { webhook } } });
  expect((await run.result()).callbacks).toHaveLength(2);
});

test('a callback for a step that there is not is refused before anything runs', async () => {
  const { error } = await (await start({ steps: TWO, callbacks: { aa: { event: { router: 'x' } } } })).outcome();
  expect(error).toMatchObject({ type: 'InvalidInput', field: 'callbacks.aa' });
  expect(error?.message).toContain('there is no step "aa"');
});

describe('functions of the client', () => {
  const collect = async (input: GivenInput<'pipeline'>, more: StepFunctions = {}) => {
    const told: string[] = [];
    const run = await start(input);
    const failed = await run.onStepEnd({
      '*': ({ stepName, status }) => void told.push(`${stepName} ${status}`),
      ...more,
    });
    return { told, failed };
  };

  test('are called once for each end of a step', async () => {
    expect(await collect({ steps: TWO })).toEqual({ told: ['a completed', 'b skipped'], failed: [] });
  });

  test('that throw are reported, and the others are called', async () => {
    const thrown = new Error('not mine');
    const { told, failed } = await collect(
      { steps: TWO },
      {
        a: () => {
          throw thrown;
        },
      },
    );
    expect({ told, failed }).toEqual({
      told: ['a completed', 'b skipped'],
      failed: [{ step: 'a', error: thrown }],
    });
  });

  test('for a step that there is not are refused', async () => {
    await expect(collect({ steps: TWO }, { aa: () => undefined })).rejects.toMatchObject({ field: 'callbacks.aa' });
  });
});
