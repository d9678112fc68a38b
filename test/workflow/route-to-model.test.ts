import type { GivenInput } from '../../src/client';
import { check } from '../../src/contracts/check-input.schema';
import type { RouteToModelResult } from '../../src/contracts/route-to-model.schema';
import { routeToModelResultSchema } from '../../src/contracts/route-to-model.schema';
import type { ScriptedAnswer } from '../helpers/scripted-model-server';
import { useServedWorld } from '../helpers/test-world';

const world = useServedWorld({
  registry: ({ models }) => ({
    models: {
      ...models,
      roomy: { ...models.gpt, model: 'roomy-test', contextTokens: 200_000 },
      busy: { ...models.gpt, model: 'busy-test' },
    },
  }),
});
afterEach(() => world.models.script(undefined));

async function run(input: GivenInput<'routeToModel'>, answer?: ScriptedAnswer) {
  const before = world.models.requests.length;
  world.models.script(answer);
  const envelope = await (await world.cadenza.start('routeToModel', input)).outcome();
  const result = envelope.result as unknown as RouteToModelResult;
  return { ...envelope, result, requests: world.models.requests.slice(before) };
}

const asked = ({ requests }: { requests: readonly { body: { model: string } }[] }) =>
  requests.map(({ body }) => body.model);

test('without anything said, the registry’s model for the task answers', async () => {
  const { status, result } = await run({ task: 'generation', input: 'Hello.' });
  expect(status).toBe('completed');
  expect(() => check(routeToModelResultSchema, result, 'result')).not.toThrow();
  expect(result).toMatchObject({
    modelUsed: 'gpt',
    result: { text: 'Answer to: Hello' },
    reason: 'gpt serves the task',
    decision: { by: 'task', order: ['gpt'] },
    usage: { calls: 1, byStep: { 'answer: gpt': { calls: 1 } } },
  });
});

test('a built-in model answers its task without a key and without a call', async () => {
  const { result, requests } = await run({
    task: 'classification',
    input: 'INVOICE No. 12\nAmount due: EUR 300.00, payable within 30 days. VAT included.',
    model: 'fast_classifier',
  });
  expect(result).toMatchObject({
    modelUsed: 'fast_classifier',
    result: { prediction: 'invoice' },
    reason: 'fast_classifier was asked for by name',
    usage: { calls: 0 },
  });
  expect(requests).toHaveLength(0);
});

test.each([
  ['a short text', 'gpt', 'rule 0'],
  [`${'a long text '.repeat(2_000)}`, 'other', 'rule 1'],
])('the first rule that holds chooses, also over a stored text', async (input, model, route) => {
  const { result } = await run({
    task: 'generation',
    input,
    selector: [
      { when: '$length(text) < 100', model: 'gpt' },
      { when: "task = 'generation'", model: 'other' },
    ],
  });
  expect(result).toMatchObject({ modelUsed: model, decision: { by: 'rule', route } });
});

test('a rule behind the one that chooses does no harm, whatever is wrong with it; one before it ends the run', async () => {
  const works = { when: "task = 'generation'", model: 'other' };
  const breaks = { when: '$number(text) > 1', model: 'gpt' };
  const input = { task: 'generation', input: 'no number' } as const;
  expect((await run({ ...input, selector: [works, breaks] })).result).toMatchObject({ modelUsed: 'other' });
  const { error, requests } = await run({ ...input, selector: [breaks, works] });
  expect(error).toMatchObject({ type: 'ExpressionFailed', message: expect.stringContaining('selector[0].when') });
  expect(requests).toHaveLength(0);
});

test('a text that a model has no room for is not sent to it: rules and fallbacks pass it over', async () => {
  const long = 'word '.repeat(30_000);
  const selector = [
    { when: 'true', model: 'gpt' },
    { when: 'true', model: 'roomy' },
  ];
  const chosen = await run({ task: 'generation', input: long, selector });
  expect(asked(chosen)).toEqual(['roomy-test']);
  expect(chosen.result).toMatchObject({
    modelUsed: 'roomy',
    decision: { route: 'rule 1', excluded: [{ model: 'gpt', lacks: expect.stringContaining('room for the text') }] },
  });
  const named = await run({ task: 'generation', input: long, model: 'gpt', fallback: ['roomy'] });
  expect(asked(named)).toEqual(['roomy-test']);
  expect(named.result.reason).toContain('gpt is unavailable (InputTooLarge), so roomy was asked');
});

test('a classifier’s label chooses, and its call counts', async () => {
  const result = await run(
    {
      task: 'generation',
      input: 'Solve 3x = 9.',
      selector: { classifier: { model: 'gpt', routes: { maths: 'other', prose: 'gpt' }, minScore: 0.6 } },
    },
    ({ body }) => (body.response_format ? { json: { prediction: 'maths', score: 0.7 } } : 'x = 3'),
  );
  expect(asked(result)).toEqual(['gpt-test', 'other-test']);
  expect(result.result).toMatchObject({
    modelUsed: 'other',
    decision: { by: 'classifier', route: 'maths', threshold: 0.6 },
    usage: { calls: 2, byStep: { selector: { calls: 1 } } },
  });
});

test('a classifier that is not sure enough chooses nothing: otherwise answers, or the run fails', async () => {
  const unsure: ScriptedAnswer = ({ body }) =>
    body.response_format ? { json: { prediction: 'maths', score: 0.5 } } : 'hm';
  const selector = { classifier: { model: 'gpt', routes: { maths: 'other', prose: 'other' }, minScore: 0.6 } };
  const input = { task: 'generation', input: 'x', selector } as const;
  expect((await run(input, unsure)).result).toMatchObject({ modelUsed: 'gpt', decision: { by: 'task' } });
  expect((await run({ ...input, otherwise: { model: 'other' } }, unsure)).result).toMatchObject({
    modelUsed: 'other',
    decision: { by: 'otherwise' },
  });
  const { status, error } = await run({ ...input, otherwise: 'fail' }, unsure);
  expect(status).toBe('failed');
  expect(error).toMatchObject({ type: 'NoRoute', message: expect.stringContaining('0.5, the threshold 0.6') });
});

test.each([
  [0.7, 'other', 'strong'],
  [0.69, 'gpt', 'weak'],
])('a score of %d sends the task to %s', async (score, model, route) => {
  const { result } = await run({
    task: 'generation',
    input: String(score),
    selector: { score: { strong: 'other', weak: 'gpt', threshold: 0.7, by: '$number(text)' } },
  });
  expect(result).toMatchObject({ modelUsed: model, decision: { by: 'score', route, threshold: 0.7 } });
});

test('what a scoring model can not judge gets the strong model, and the reason says so', async () => {
  const { result } = await run(
    {
      task: 'generation',
      input: 'x',
      selector: { score: { strong: 'other', weak: 'gpt', threshold: 0.7, by: { model: 'gpt', label: 'hard' } } },
    },
    ({ body }) => (body.response_format ? 'no JSON' : 'done'),
  );
  expect(result).toMatchObject({ modelUsed: 'other', reason: expect.stringContaining('ModelOutputInvalid') });
});

describe('by meaning', () => {
  const vectors: Record<string, number[]> = {
    refund: [1, 0],
    'money back': [0.9, 0.1],
    crash: [0, 1],
    bug: [0.1, 0.9],
  };
  const embed: ScriptedAnswer = ({ path, body }) =>
    path === '/embeddings' ? { embedding: vectors[String(body.input)] ?? [0.8, 0.2] } : 'answered';
  const semantic = {
    routes: [
      { name: 'billing', model: 'gpt', examples: ['refund', 'money back'] },
      { name: 'support', model: 'other', examples: ['crash', 'bug'] },
    ],
    threshold: 0.9,
    topK: 2,
  };

  test('the route whose examples are nearest answers, with the runner-up told', async () => {
    const { result, requests } = await run({ task: 'generation', input: 'my payment', selector: { semantic } }, embed);
    expect(requests.filter(({ path }) => path === '/embeddings')).toHaveLength(5);
    expect(result).toMatchObject({ modelUsed: 'gpt', decision: { by: 'semantic', route: 'billing', threshold: 0.9 } });
    expect(result.usage.byStep['selector']).toMatchObject({ calls: 5 });
  });

  test('below the threshold there is no route, also where it is 0', async () => {
    const far: ScriptedAnswer = (request, index) =>
      String(request.body.input) === 'far' ? { embedding: [-1, -1] } : embed(request, index);
    const input = { task: 'generation', input: 'far', otherwise: 'fail' } as const;
    const { error } = await run({ ...input, selector: { semantic: { ...semantic, threshold: 0 } } }, far);
    expect(error).toMatchObject({ type: 'NoRoute' });
  });
});

test('where the chosen model is unavailable the next in order answers, and the reason says so', async () => {
  const result = await run({ task: 'generation', input: 'x', model: 'gpt', fallback: ['other'] }, ({ body }) =>
    body.model === 'gpt-test' ? { status: 401, error: { message: 'bad key' } } : 'here',
  );
  expect(asked(result)).toEqual(['gpt-test', 'other-test']);
  expect(result.result).toMatchObject({
    modelUsed: 'other',
    result: { text: 'here' },
    reason: expect.stringContaining('gpt is unavailable (AuthenticationFailed), so other was asked'),
    decision: { model: 'gpt', order: ['gpt', 'other'] },
  });
});

test.each([
  ['an hour', '3600'],
  ['half a minute', '30'],
])('a model that asks to wait for %s is not waited for where another one stands behind it', async (_wait, seconds) => {
  const startedAt = Date.now();
  const result = await run({ task: 'generation', input: 'x', model: 'busy', fallback: ['other'] }, ({ body }) =>
    body.model === 'busy-test'
      ? { status: 429, headers: { 'retry-after': seconds }, error: { message: 'slow' } }
      : 'here',
  );
  expect(result.result).toMatchObject({
    modelUsed: 'other',
    reason: expect.stringMatching(/busy is unavailable \((RateLimited|ProviderUnavailable)\)/),
  });
  expect(Date.now() - startedAt).toBeLessThan(15_000);
});

test('what is wrong with the request is no reason to ask another model', async () => {
  const result = await run({ task: 'generation', input: 'x', model: 'gpt', fallback: ['other'] }, () => ({
    status: 400,
    error: { message: 'no' },
  }));
  expect(asked(result)).toEqual(['gpt-test']);
  expect(result.error).toMatchObject({ type: 'ModelRequestRejected' });
  expect(result.result).toMatchObject({ modelUsed: 'gpt', result: null, usage: { calls: 1 } });
});

test.each<[string, Partial<GivenInput<'routeToModel'>>, string, string]>([
  ['an unknown model', { model: 'gtp' }, 'UnknownModel', 'did you mean "gpt"?'],
  ['an unknown model of a rule', { selector: [{ when: 'true', model: 'x' }] }, 'UnknownModel', 'selector[0].model'],
  ['an unknown fallback', { fallback: ['x'] }, 'UnknownModel', 'fallback[0]'],
  ['a rule that does not parse', { selector: [{ when: '((', model: 'gpt' }] }, 'InvalidInput', 'selector[0].when'],
  ['a rule on a stray name', { selector: [{ when: 'taks = 1', model: 'gpt' }] }, 'InvalidInput', 'no "taks" here'],
  ['a need that no model has', { needs: { vision: true } }, 'NoRoute', 'vision'],
  ['a model that can not do the task', { model: 'fast_classifier' }, 'TaskNotSupported', 'it does: classification'],
])('%s is refused before anybody is paid', async (_what, more, type, message) => {
  const { error, requests } = await run({ task: 'generation', input: 'x', ...more });
  expect(error).toMatchObject({ type, message: expect.stringContaining(message) });
  expect(requests).toHaveLength(0);
});
