import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { GivenInput } from '../../src/client';
import { readEnvironment } from '../../src/config/environment';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld } from '../helpers/test-world';

let world: TestWorld;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  world = await createTestWorld();
  const base = { provider: 'scripted', model: 'gpt-test', price: { input: 2, output: 8 } };
  const registry = {
    providers: { scripted: { type: 'openai', baseUrl: world.models.url, apiKeyEnv: 'SCRIPTED_KEY' } },
    models: {
      plain: base,
      run: { ...base, cache: {} },
      tenant: { ...base, cache: { shared: 'tenant' } },
      short: { ...base, model: 'short-test', cache: { shared: 'tenant', ttlSeconds: 1 } },
      drawn: { ...base, model: 'drawn-test', cache: { shared: 'tenant', sampled: true } },
    },
    tasks: { default: 'plain' },
  };
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

let question = 0;
beforeEach(() => (question += 1));

/** Steps that ask the same, one after another. */
function same(model: string, steps: number, more: Partial<GivenInput<'pipeline'>> = {}, config: object = {}) {
  const text = `question ${question}`;
  return {
    steps: Array.from({ length: steps }, (_, index) => ({
      name: `s${index}`,
      handler: 'generation',
      config: { text, model, temperature: 0, maxOutputTokens: 50, ...config },
      dependsOn: index === 0 ? [] : [`s${index - 1}`],
    })),
    ...more,
  } as GivenInput<'pipeline'>;
}

async function run(input: GivenInput<'pipeline'>) {
  const before = world.models.requests.length;
  const envelope = await (await world.cadenza.start('pipeline', input)).outcome();
  return { ...envelope, asked: world.models.requests.length - before };
}

test('a model without a cache is asked each time', async () => {
  expect(await run(same('plain', 2))).toMatchObject({ asked: 2, result: { usage: { calls: 2, cacheHits: 0 } } });
});

test('within a run the same question is paid once, and the next run asks again', async () => {
  const first = await run(same('run', 3));
  expect(first).toMatchObject({ status: 'completed', asked: 1 });
  expect(first.result).toMatchObject({
    usage: { calls: 1, cacheHits: 2, journalHits: 0, byStep: { s0: { calls: 1 }, s2: { calls: 0, costUsd: 0 } } },
  });
  expect((await run(same('run', 3))).asked).toBe(1);
});

test('over runs of a tenant a hit costs nothing, draws on no budget, and another tenant asks for itself', async () => {
  expect((await run(same('tenant', 1))).asked).toBe(1);
  const capped = await run(same('tenant', 2, { budget: { usd: 0.000000001 } }));
  expect(capped).toMatchObject({ status: 'completed', asked: 0 });
  expect(capped.result).toMatchObject({
    usage: { calls: 0, cacheHits: 2, costUsd: 0, byModel: { tenant: { cacheHits: 2 } } },
    budget: { settled: { usd: 0, calls: 0 }, unknown: { calls: 0 }, reserved: { calls: 0 }, refused: 0 },
  });
  expect((await run(same('tenant', 1, { labels: { tenant: 'other' } }))).asked).toBe(1);
});

test('two runs that ask the same at once pay once', async () => {
  world.models.script(async () => {
    await sleep(500);
    return { text: 'slow' };
  });
  const before = world.models.requests.length;
  const runs = await Promise.all(Array.from({ length: 6 }, () => run(same('tenant', 1))));
  expect(runs.map(({ status }) => status)).toEqual(Array(6).fill('completed'));
  expect(world.models.requests.length - before).toBe(1);
});

test('an answer that is too old is asked for again', async () => {
  expect((await run(same('short', 1))).asked).toBe(1);
  await sleep(1_100);
  expect((await run(same('short', 1))).asked).toBe(1);
});

test('what is drawn by chance is kept only where the registry says so, and samples stay distinct', async () => {
  expect((await run(same('tenant', 2, {}, { temperature: 0.7 }))).asked).toBe(2);
  const members = { task: 'generation', input: `sampled ${question}`, members: [{ model: 'drawn', samples: 3 }] };
  const ensemble = async () => {
    const before = world.models.requests.length;
    const { status } = await (await world.cadenza.start('ensemble', members as GivenInput<'ensemble'>)).outcome();
    return { status, asked: world.models.requests.length - before };
  };
  expect(await ensemble()).toEqual({ status: 'completed', asked: 3 });
  expect(await ensemble()).toEqual({ status: 'completed', asked: 0 });
});

test('an answer that was cut is not kept', async () => {
  world.models.script(() => ({ text: 'half of', finishReason: 'length' }));
  expect((await run(same('tenant', 1))).status).toBe('failed');
  world.models.script(() => ({ text: 'the whole of it' }));
  expect(await run(same('tenant', 1))).toMatchObject({ status: 'completed', asked: 1 });
});

test('a hit is journalled: a run whose cache is gone keeps it', async () => {
  await run(same('tenant', 1));
  const { workflowId, runId, result } = await run(same('tenant', 1));
  expect(result).toMatchObject({ usage: { cacheHits: 1 } });
  const folder = path.join(
    world.environment.store,
    'journal',
    world.namespace,
    String(workflowId),
    String(runId),
    's0',
  );
  expect((await readdir(folder)).filter((name) => name.endsWith('.json'))).toHaveLength(1);
});
