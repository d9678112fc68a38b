import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import type { GivenInput } from '../../src/client';
import { readEnvironment } from '../../src/config/environment';
import type { Pattern } from '../../src/contracts/names';
import type { ScriptedAnswer } from '../helpers/scripted-model-server';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let world: TestWorld;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  world = await createTestWorld();
  const dear = { provider: 'scripted', model: 'dear-test', price: { input: 20, output: 80 }, fallback: ['middle'] };
  const registry = {
    // One Worker serves all tests: what one of them does to a provider must not stop the next.
    providers: {
      scripted: {
        type: 'openai',
        baseUrl: world.models.url,
        apiKeyEnv: 'SCRIPTED_KEY',
        breaker: { failures: 1_000, openSeconds: 1 },
      },
    },
    models: {
      dear,
      middle: { ...dear, model: 'middle-test', price: { input: 2, output: 8 }, fallback: ['cheap'] },
      cheap: { ...dear, model: 'cheap-test', price: { input: 0.1, output: 0.2 }, fallback: [] },
      small: { ...dear, model: 'small-test', contextTokens: 2_000, fallback: ['tiny', 'cheap'] },
      tiny: { ...dear, model: 'tiny-test', contextTokens: 1_500, fallback: [] },
      hasty: { ...dear, provider: 'pausing' },
      patient: { ...dear, model: 'dear-test', fallback: ['cheap'], fallbackAfterSeconds: 3600 },
      ...Object.fromEntries(
        ['seconds', 'date', 'precise', 'alone'].map((name) => [
          name,
          { provider: 'single', model: `${name}-test`, price: { input: 2, output: 8 } },
        ]),
      ),
      keyless: { provider: 'other', model: 'x', fallback: ['fast_classifier', 'cheap'] },
      fast_classifier: { provider: 'builtin', model: 'classifier' },
    },
    tasks: { default: 'dear' },
  };
  Object.assign(registry.providers, {
    single: { ...registry.providers.scripted, maxConcurrent: 1 },
    pausing: registry.providers.scripted,
    other: { type: 'openai', baseUrl: 'http://127.0.0.1:9/v1', apiKeyEnv: 'NO_SUCH_KEY_IN_TESTS' },
  });
  await writeFile(path.join(world.folder, 'models.yaml'), stringify(registry));
  world.environment = readEnvironment(world.variables);
  stopWorker = await serveWorld(world);
});
afterAll(async () => {
  await stopWorker();
  await world.close();
  await closeTestServer();
});
afterEach(() => world.models.script(undefined));

async function run<P extends Pattern>(pattern: P, input: GivenInput<P>, answer?: ScriptedAnswer) {
  const before = world.models.requests.length;
  world.models.script(answer);
  const envelope = await (await world.cadenza.start(pattern, input)).outcome();
  const asked = world.models.requests.slice(before).map(({ body }) => body.model.replace('-test', ''));
  return { ...envelope, asked };
}

/** Errors by model; the others answer. */
const without =
  (errors: Record<string, object>): ScriptedAnswer =>
  ({ body }) =>
    errors[body.model.replace('-test', '')] ?? { text: `${body.model} says hello` };
const question = (more: object = {}): GivenInput<'pipeline'> => ({
  steps: [{ name: 'ask', handler: 'generation', config: { text: 'Hello', maxOutputTokens: 50, ...more } }],
});
const quota = { status: 429, error: { code: 'insufficient_quota' } };
const down = { status: 503, error: { code: 'overloaded' } };

test('a model that is gone is passed over at once, and who answered in its place is told', async () => {
  const { status, result, asked } = await run('pipeline', question(), without({ dear: quota }));
  expect(status).toBe('completed');
  expect(asked).toEqual(['dear', 'middle']);
  expect(result).toMatchObject({
    results: {
      ask: {
        output: { text: 'middle-test says hello' },
        models: ['dear', 'middle'],
        passedOver: [{ model: 'dear', type: 'QuotaExhausted' }],
        attempts: 1,
      },
    },
    usage: { calls: 2, byModel: { dear: { calls: 1, costUsd: 0 }, middle: { calls: 1 } } },
  });
});

test('a model that fails twice is passed over, and what fails behind it is tried again without going back', async () => {
  const fails = { dear: 2, middle: 1 } as Record<string, number>;
  const { status, asked } = await run('pipeline', question(), ({ body }) => {
    const model = body.model.replace('-test', '');
    fails[model] = (fails[model] ?? 0) - 1;
    return fails[model] >= 0 ? down : { text: 'hello' };
  });
  expect(status).toBe('completed');
  expect(asked).toEqual(['dear', 'dear', 'middle', 'middle']);
});

test('a short wait is kept, a longer one than the fallback is worth is not', async () => {
  let waits = 0;
  const limited = (seconds: number) => ({
    status: 429,
    error: { code: 'rate' },
    headers: { 'retry-after': `${seconds}` },
  });
  const short = await run('pipeline', question(), ({ body }) =>
    body.model === 'dear-test' && (waits += 1) === 1 ? limited(1) : { text: 'hello' },
  );
  expect(short.asked).toEqual(['dear', 'dear']);
  const patient = await run('pipeline', question({ model: 'patient' }), ({ body }) =>
    body.model === 'dear-test' && (waits += 1) === 3 ? limited(3) : { text: 'hello' },
  );
  expect(patient.asked).toEqual(['dear', 'dear']);
  const long = await run('pipeline', question({ model: 'hasty' }), without({ dear: limited(60) }));
  expect(long.asked).toEqual(['dear', 'middle']);
});

test('a Retry-After of an hour, in each of its forms, is a timer of the server: no connection and no place is held', async () => {
  const inAnHour = () => new Date(Date.now() + 3_600_000).toUTCString();
  const forms: Record<string, () => Record<string, string>> = {
    seconds: () => ({ 'retry-after': '3600' }),
    date: () => ({ 'retry-after': inAnHour() }),
    precise: () => ({ 'retry-after-ms': '3600000', 'retry-after': '1' }),
  };
  world.models.script(({ body }) => {
    const headers = forms[body.model.replace('-test', '')]?.();
    return headers ? { status: 429, error: { code: 'rate' }, headers } : { text: 'hello' };
  });
  const waits = Object.keys(forms).map((model) => question({ model }));
  const runs = await Promise.all(waits.map((input) => world.cadenza.start('pipeline', input)));
  await waitUntil(async () => (await Promise.all(runs.map((run) => run.retrying()))).flat().length === runs.length);
  for (const { workflowId } of runs) {
    const { raw } = await world.cadenza.temporal.workflow.getHandle(workflowId).describe();
    const [{ nextAttemptScheduleTime: at, attempt } = {}] = raw.pendingActivities ?? [];
    expect(attempt).toBe(2);
    expect(Number(at?.seconds) - Date.now() / 1000).toBeGreaterThan(3_500);
    expect(Number(at?.seconds) - Date.now() / 1000).toBeLessThan(3_610);
  }
  expect(world.models.open).toBe(0);
  // The provider takes one call at a time, and nobody is in its place.
  const other = await world.cadenza.start('pipeline', question({ model: 'alone' }));
  expect(await other.outcome()).toMatchObject({ status: 'completed' });
  await Promise.all(runs.map((run) => run.cancel()));
  await Promise.all(runs.map((run) => run.outcome()));
});

test('x-should-retry decides, where it is sent, whether a call is tried again', async () => {
  const says = (status: number, retry: boolean) => ({
    status,
    error: { code: 'x' },
    headers: { 'x-should-retry': String(retry) },
  });
  let asked = 0;
  const wanted = await run('pipeline', question({ model: 'cheap' }), () =>
    (asked += 1) === 1 ? says(400, true) : { text: 'hello' },
  );
  expect(wanted).toMatchObject({ status: 'completed', asked: ['cheap', 'cheap'] });
  const final = await run('pipeline', question({ model: 'cheap' }), () => says(503, false));
  expect(final).toMatchObject({ status: 'failed', asked: ['cheap'], error: { type: 'ProviderUnavailable' } });
  const exhausted = await run('pipeline', question({ model: 'cheap' }), () => quota);
  expect(exhausted).toMatchObject({ status: 'failed', asked: ['cheap'], error: { type: 'QuotaExhausted' } });
});

test('what is wrong with the question is not asked of another model', async () => {
  const { status, asked } = await run(
    'pipeline',
    question(),
    without({ dear: { status: 400, error: { code: 'invalid_value' } } }),
  );
  expect(status).toBe('failed');
  expect(asked).toEqual(['dear']);
});

test('a question that does not fit a model is asked of a fallback with a larger context, or fails by its step', async () => {
  const text = 'and so on '.repeat(700);
  const steps = [{ name: 'one', promptTemplate: text, model: 'small', maxOutputTokens: 50 }];
  const chain = await run('chain', { initialPrompt: 'x', steps });
  expect(chain).toMatchObject({
    status: 'completed',
    asked: ['cheap'],
    result: { chainResults: [{ model: 'cheap' }] },
  });
  const handler = await run('pipeline', question({ text, model: 'small' }));
  expect(handler).toMatchObject({
    asked: ['cheap'],
    result: { results: { ask: { passedOver: [{ model: 'small', type: 'InputTooLarge' }], attempts: 1 } } },
  });
  // The provider is the one who says so: asked once, and not again.
  const refused = await run('pipeline', question({ model: 'cheap' }), () => ({
    status: 400,
    error: { code: 'context_length_exceeded' },
  }));
  expect(refused).toMatchObject({ status: 'failed', asked: ['cheap'], error: { type: 'InputTooLarge' } });
  const none = await run('chain', { initialPrompt: 'x', steps: [{ ...steps[0], model: 'tiny' }] } as never);
  expect(none).toMatchObject({
    status: 'failed',
    asked: [],
    error: { type: 'InputTooLarge', message: expect.stringMatching(/^step "one": .* model "tiny" takes 1500/) },
  });
});

test('a fallback that can not do the task is left out, and a missing key is a model that is gone', async () => {
  const { status, asked } = await run('pipeline', question({ model: 'keyless' }));
  expect(status).toBe('completed');
  expect(asked).toEqual(['cheap']);
  const classified = await run('ensemble', {
    task: 'classification',
    input: { text: 'Invoice 17, total 12 EUR', labels: ['invoice', 'contract'] },
    members: ['keyless'],
  });
  expect(classified).toMatchObject({
    status: 'completed',
    asked: [],
    result: { individualResults: [{ model: 'keyless', answeredBy: 'fast_classifier', status: 'valid' }] },
  });
});

test('embeddings have no fallback: vectors of two models can not be compared', async () => {
  const { status, asked } = await run(
    'routeToModel',
    { task: 'embedding', input: 'Hello', model: 'dear', fallback: [] },
    without({ dear: quota }),
  );
  expect(status).toBe('failed');
  expect(asked).toEqual(['dear']);
});

test('cascades and routes tell who answered too', async () => {
  const cascade = await run(
    'cascade',
    { task: 'generation', input: 'Hello', stages: [{ model: 'dear' }] },
    without({ dear: quota }),
  );
  expect(cascade).toMatchObject({
    asked: ['dear', 'middle'],
    result: { cascadeResults: [{ model: 'dear', answeredBy: 'middle', accepted: true }] },
  });
  const route = await run('routeToModel', { task: 'generation', input: 'Hello' }, without({ dear: quota }));
  expect(route).toMatchObject({ asked: ['dear', 'middle'], result: { modelUsed: 'middle' } });
});

test('a chain goes on with the fallback’s answer and names it', async () => {
  const steps = [{ name: 'one', promptTemplate: 'Say {initial_input}' }];
  const chain = await run('chain', { initialPrompt: 'x', steps }, without({ dear: quota }));
  expect(chain).toMatchObject({
    asked: ['dear', 'middle'],
    result: { finalOutput: 'middle-test says hello', chainResults: [{ model: 'middle' }] },
  });
});

test('every role of a tree has the fallbacks of its model', async () => {
  const tree = await run(
    'treeOfThought',
    { problem: 'x', depth: 1, numBranches: 2, evaluate: { model: 'cheap' } },
    ({ body }) => (body.model === 'dear-test' ? quota : { text: body.model === 'cheap-test' ? '0.5' : '1. a\n2. b' }),
  );
  expect(tree).toMatchObject({ status: 'completed', asked: ['dear', 'middle', 'cheap', 'cheap'] });
});

test('at the cap a cheaper model is asked where the budget says so; a dearer one behind it is not', async () => {
  // 50 answer tokens of the dear model may cost 4 milli-dollars, of the middle one 0.4.
  const budget = { usd: 0.002, atCap: 'cheaper' as const };
  const { status, result, asked } = await run('pipeline', { ...question(), budget });
  expect(status).toBe('completed');
  expect(asked).toEqual(['middle']);
  expect(result).toMatchObject({
    results: { ask: { passedOver: [{ model: 'dear', type: 'BudgetExceeded' }] } },
    budget: { refused: 1, byModel: { middle: { settled: { calls: 1 } } } },
  });
  const none = await run('pipeline', { ...question({ model: 'cheap' }), budget: { usd: 0.000001, atCap: 'cheaper' } });
  expect(none).toMatchObject({ status: 'partial', asked: [] });
});
