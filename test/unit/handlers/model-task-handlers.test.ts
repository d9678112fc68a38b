import type { JsonObject } from '../../../src/contracts/json';
import type { ModelTask } from '../../../src/contracts/names';
import { MODEL_TASKS } from '../../../src/contracts/names';
import { createModelTaskHandlers } from '../../../src/handlers/model-task-handlers';
import { failure } from './extract-text-setup';
import { createFakeContext } from './fake-context';

const handlers = createModelTaskHandlers();
const answer = { prediction: 'a', score: 1, scores: { a: 1 } };
const refusal = (task: ModelTask, given: JsonObject) =>
  failure(Promise.resolve().then(() => handlers[task](given, {}, createFakeContext().context)));

test('there is one handler for each task', () => {
  expect(Object.keys(handlers)).toEqual([...MODEL_TASKS]);
});

test.each<[ModelTask, JsonObject]>([
  ['classification', { labels: ['a', 'b'] }],
  ['generation', { system: 'Be brief.' }],
  ['embedding', {}],
  ['summarization', { maxWords: 50, documentType: 'invoice' }],
  ['translation', { targetLanguage: 'Dutch' }],
  ['sentiment', {}],
  ['extraction', { entityTypes: ['iban'] }],
])('%s asks for its task with what it takes, and gives the typed result as it is', async (task, own) => {
  const { context, asked } = createFakeContext({ answers: [answer, answer] });
  await expect(handlers[task]({ text: 'Some text' }, { ...own, model: 'gpt4' }, context)).resolves.toEqual(answer);
  await handlers[task]({ text: 'Some text' }, {}, context);
  expect(asked).toEqual([
    { task, input: { text: 'Some text', ...own }, options: { model: 'gpt4' } },
    { task, input: { text: 'Some text' }, options: {} },
  ]);
});

test('settings go with the call, and inputs are laid over the configuration', async () => {
  const { context, asked } = createFakeContext({ answers: [answer] });
  const config = { temperature: 1, maxOutputTokens: 64, seed: 7, model: 'local_llm' };
  await handlers.generation({ text: 'Say hello', temperature: 0.5 }, config, context);
  expect(asked[0]?.options).toEqual({
    model: 'local_llm',
    settings: { temperature: 0.5, maxOutputTokens: 64, seed: 7 },
  });
});

test('a long text is sent whole: what does not fit is for the gateway to refuse', async () => {
  const { context, asked } = createFakeContext({ answers: [answer], room: 100 });
  const text = 'word '.repeat(100_000);
  await handlers.summarization({ text }, {}, context);
  expect(asked[0]?.input.text).toHaveLength(text.length);
});

test.each<[ModelTask, JsonObject, string]>([
  ['classification', { text: 'x', lables: ['a'] }, 'classification: unknown field "lables"; did you mean "labels"?'],
  ['sentiment', { text: 'x', labels: ['a'] }, 'sentiment: unknown field "labels"; known: text, model, temperature'],
  ['embedding', { text: 'x', temperature: 1 }, 'embedding: unknown field "temperature"; known: text, model'],
  ['sentiment', {}, 'sentiment: text: is required (string)'],
  ['sentiment', { text: ' ' }, 'sentiment: text: expected text with at least one word, got a string of 1 characters'],
  ['generation', { text: 'x', temperature: 3 }, 'temperature: expected a number from 0 to 2, got 3'],
  [
    'generation',
    { text: 'x', maxOutputTokens: 0 },
    'maxOutputTokens: expected a whole number from 1 to 1000000, got 0',
  ],
  ['generation', { text: 'x', system: 5 }, 'system: expected string, got 5'],
  ['translation', { text: 'x', targetLanguage: 'x'.repeat(51) }, 'targetLanguage: expected at most 50 characters'],
  ['classification', { text: 'x', labels: Array<string>(201).fill('a') }, 'labels: expected at most 200 names'],
  ['extraction', { text: 'x', entityTypes: [] }, 'entityTypes: expected a list of one or more names'],
  ['summarization', { text: 'x', maxWords: 10_001 }, 'maxWords: expected a whole number from 1 to 10000'],
])('%s refuses %p before a model is asked', async (task, given, message) => {
  const refused = await refusal(task, given);
  expect(refused.type).toBe('InvalidInput');
  expect(refused.message).toContain(message);
});
