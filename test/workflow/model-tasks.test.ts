import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { GivenInput } from '../../src/client';
import type { JsonObject } from '../../src/contracts/json';
import type { Pattern } from '../../src/contracts/names';
import { useServedWorld } from '../helpers/test-world';

const EXAMPLES = path.resolve(__dirname, '..', '..', 'examples');

// The names that the examples use too, each served by the scripted server instead of a built-in model.
const world = useServedWorld({
  registry: ({ models }) => ({
    models: Object.fromEntries([
      ...Object.entries(models),
      ...['fast_classifier', 'sentiment_model', 'summarizer', 'local_llm'].map((name) => [
        name,
        { ...models.gpt, model: name },
      ]),
    ]),
  }),
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

const read = async (file: string) => readFile(path.join(EXAMPLES, file), 'utf8');

/** An example as the input of its pattern; a batch's items are the lines of its second file. */
async function inputOf(file: string, items?: string): Promise<GivenInput<Pattern>> {
  const given = parse(await read(file)) as JsonObject;
  if (items === undefined) return given as never;
  const lines = (await read(items)).trim().split('\n');
  return {
    pattern: 'routeToModel',
    config: given,
    items: lines.map((line) => JSON.parse(line) as JsonObject),
  } as never;
}

test.each<[Pattern, string, string | undefined, number, object]>([
  ['routeToModel', 'route-to-model/complaint.yaml', undefined, 1, { modelUsed: 'sentiment_model' }],
  ['ensemble', 'ensemble/document-type.yaml', undefined, 5, { decision: { valid: 3, failed: 0 } }],
  ['cascade', 'cascade/document-type.yaml', undefined, 1, { decision: { stage: 0, accepted: true } }],
  ['cascade', 'cascade/shorter.yaml', undefined, 2, { finalResult: expect.stringContaining('Summary: ') }],
  ['batch', 'batch/mail.yaml', 'batch/mail.jsonl', 12, { summary: { completed: 12, failed: 0, labelled: 12 } }],
])('%s: examples/%s runs against an OpenAI-compatible server too', async (pattern, file, items, calls, result) => {
  const before = world.models.requests.length;
  const input = await inputOf(file, items);
  const envelope = await (await world.cadenza.start(pattern, input)).outcome();
  expect(envelope).toMatchObject({ status: 'completed', result: { ...result, usage: { calls, cutCalls: 0 } } });
  expect(world.models.requests.length - before).toBe(calls);
});
