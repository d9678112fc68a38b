import type { GivenInput } from '../../src/client';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld } from '../helpers/test-world';

let world: TestWorld;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  world = await createTestWorld();
  stopWorker = await serveWorld(world);
});
afterAll(async () => {
  await stopWorker();
  await world.close();
  await closeTestServer();
});

const run = async (input: GivenInput<'pipeline'>) => (await world.cadenza.start('pipeline', input)).outcome();

test('a task of a model is a step: one request to the model that config names, with its settings', async () => {
  const before = world.models.requests.length;
  const { status, result } = await run({
    steps: [
      { name: 'mood', handler: 'sentiment', inputs: { text: 'input' }, config: { model: 'other', temperature: 0.5 } },
      {
        name: 'reply',
        handler: 'generation',
        inputs: { text: 'input' },
        config: { system: 'Be brief.', maxOutputTokens: 99 },
        condition: "mood.prediction = 'positive'",
      },
    ],
    input: 'I love this chair.',
  });
  expect(status).toBe('completed');
  expect(result).toMatchObject({
    output: { text: 'Answer to: I love this chair' },
    results: {
      mood: { models: ['other'], output: { prediction: 'positive', score: 0.8 } },
      reply: { models: ['gpt'] },
    },
    usage: { calls: 2 },
  });
  const bodies = world.models.requests.slice(before).map(({ body }) => body);
  expect(bodies).toMatchObject([
    { model: 'other-test', temperature: 0.5 },
    { model: 'gpt-test', messages: [{ role: 'system', content: 'Be brief.' }, { content: 'I love this chair.' }] },
  ]);
  expect(JSON.stringify(bodies[1])).toContain('99');
});

test.each([
  ['an unknown model', { model: 'gtp' }, 'UnknownModel', 'steps[0].config.model'],
  ['a handler that is nearly one', undefined, 'UnknownHandler', 'did you mean "sentiment"?'],
])('%s is refused before anything runs', async (_case, config, type, message) => {
  const before = world.models.requests.length;
  const handler = config ? 'sentiment' : 'sentimen';
  const { error, result } = await run({ steps: [{ name: 'mood', handler, config: config ?? {} }], input: 'x' });
  expect(error).toMatchObject({ type, message: expect.stringContaining(message) });
  expect(result).toBeUndefined();
  expect(world.models.requests.length).toBe(before);
});

test('an unknown field fails the step at its first attempt, naming the nearest', async () => {
  const { error, result } = await run({
    steps: [{ name: 'mood', handler: 'sentiment', inputs: { text: 'input' }, config: { modle: 'gpt' } }],
    input: 'x',
  });
  expect(error).toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('did you mean "model"?') });
  expect(result).toMatchObject({ results: { mood: { attempts: 1 } }, usage: { calls: 0 } });
});
