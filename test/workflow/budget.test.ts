import type { Envelope, GivenInput } from '../../src/client';
import type { Pattern } from '../../src/contracts/names';
import type { BudgetReport } from '../../src/contracts/usage.schema';
import { chargingProvider } from '../helpers/provider-charges';
import type { ScriptedAnswer } from '../helpers/scripted-model-server';
import { seededRandom } from '../helpers/seeded-random';
import { useServedWorld } from '../helpers/test-world';

// Chaos is what some of these are about: a circuit that opens would end it.
const breaker = { failures: 1_000 };
const world = useServedWorld({
  registry: ({ providers: { scripted } }) => ({ providers: { scripted: { ...scripted, breaker } } }),
});
afterEach(() => world.models.script(undefined));

type Result = { budget: BudgetReport; partial: boolean; partialReason?: string; [field: string]: unknown };

async function run<P extends Pattern>(pattern: P, input: GivenInput<P>, answer?: ScriptedAnswer) {
  const before = world.models.requests.length;
  world.models.script(answer);
  const envelope: Envelope = await (await world.cadenza.start(pattern, input)).outcome();
  const result = envelope.result as unknown as Result;
  return { ...envelope, result, requests: world.models.requests.slice(before) };
}

const ask = (name: string, more: object = {}) => ({
  name,
  handler: 'generation',
  config: { text: `Say ${name}`, maxOutputTokens: 100 },
  ...more,
});

/** 10 prompt and 20 answer tokens: 180,000 nano-dollars a call. */
const PRICED = { text: 'well', usage: { prompt_tokens: 10, completion_tokens: 20 } };

function addsUp({ caps, settled, unknown, reserved, unused }: BudgetReport): void {
  const nano = (usd: number | undefined) => Math.round((usd ?? Number.NaN) * 1e9);
  if (caps.usd !== undefined) {
    expect(nano(settled.usd) + nano(unknown.usd) + nano(reserved.usd) + nano(unused.usd)).toBe(nano(caps.usd));
  }
  if (caps.calls !== undefined)
    expect(settled.calls + unknown.calls + reserved.calls + (unused.calls ?? NaN)).toBe(caps.calls);
}

test('a pipeline stops where the next call could cost more than is left, keeps what it has, and says what became of the money', async () => {
  const steps = [ask('one'), ask('two', { dependsOn: ['one'] }), ask('three', { dependsOn: ['two'] })];
  const { status, result, requests } = await run('pipeline', { steps, budget: { calls: 2 } }, () => PRICED);
  expect(status).toBe('partial');
  expect(requests).toHaveLength(2);
  expect(result).toMatchObject({
    partial: true,
    success: false,
    partialReason: expect.stringContaining('1 call, and 0 calls of 2 calls are left in the budget of the run'),
    results: {
      two: { status: 'completed' },
      three: { status: 'failed', error: { type: 'BudgetExceeded', field: 'budget' } },
    },
    budget: { caps: { calls: 2 }, settled: { calls: 2, usd: 0.00036, tokens: 60 }, unused: { calls: 0 }, refused: 1 },
    usage: { calls: 2, costUsd: 0.00036 },
  });
  addsUp(result.budget);
});

test('money is held at its worst case before a call leaves, and what it did not use is free for the next one', async () => {
  // Each call may need about 1 milli-dollar and uses 0.18: side by side one fits, one after the other many.
  const budget = { usd: 0.0016 };
  const chain = ['a', 'b', 'c', 'd'].map((name, index, all) =>
    ask(name, index === 0 ? {} : { dependsOn: [all[index - 1] as string] }),
  );
  const slow = () => ({ ...PRICED, delayMs: 200 });
  const oneByOne = await run('pipeline', { steps: chain, budget }, slow);
  expect(oneByOne).toMatchObject({
    status: 'completed',
    result: { budget: { settled: { usd: 0.00072 }, refused: 0 } },
  });
  const together = await run('pipeline', { steps: ['a', 'b', 'c', 'd'].map((name) => ask(name)), budget }, slow);
  expect(together.status).toBe('partial');
  expect(together.requests).toHaveLength(1);
  expect(together.result.budget.refused).toBeGreaterThan(0);
  [oneByOne, together].forEach(({ result }) => addsUp(result.budget));
});

test('an answer whose provider does not say what it cost stays at its worst case', async () => {
  const steps = [ask('one'), ask('two', { dependsOn: ['one'] })];
  const { status, result, requests } = await run('pipeline', { steps, budget: { tokens: 200 } }, () => ({
    text: 'well',
    usage: null,
  }));
  expect(status).toBe('partial');
  expect(requests).toHaveLength(1);
  expect(result.budget).toMatchObject({ settled: { calls: 0 }, unknown: { calls: 1 }, refused: 1 });
  expect(result.budget.unknown.tokens).toBeGreaterThan(100);
});

test('members, children and handlers draw on one budget, and an ensemble decides with the answers it could pay', async () => {
  const ensemble = {
    task: 'generation' as const,
    input: 'How many?',
    members: [{ model: 'gpt', samples: 5 }],
    extract: 'number' as const,
  };
  const answer = () => ({ text: '42', usage: { prompt_tokens: 10, completion_tokens: 20 } });
  const alone = await run('ensemble', { ...ensemble, budget: { calls: 3 } }, answer);
  expect(alone).toMatchObject({
    status: 'partial',
    result: { aggregatedResult: 42, decision: { valid: 3 }, budget: { settled: { calls: 3 }, refused: 2 } },
  });
  expect(alone.requests).toHaveLength(3);

  const inside = await run(
    'pipeline',
    {
      steps: [
        ask('first'),
        { name: 'opinion', pattern: 'ensemble', config: ensemble, dependsOn: ['first'] },
        ask('last', { dependsOn: ['opinion'] }),
      ],
      budget: { calls: 4 },
    },
    answer,
  );
  expect(inside).toMatchObject({
    status: 'partial',
    result: {
      results: { opinion: { status: 'completed', output: 42 }, last: { error: { type: 'BudgetExceeded' } } },
      budget: {
        settled: { calls: 4 },
        byStep: { first: { settled: { calls: 1 } }, opinion: { settled: { calls: 3 } } },
      },
    },
  });
  expect(inside.requests).toHaveLength(4);
});

test('a pattern inside has a budget of its own within that of the run', async () => {
  const inner = { task: 'generation', input: 'x', members: [{ model: 'gpt', samples: 4 }], budget: { calls: 2 } };
  const { result, requests } = await run('pipeline', {
    steps: [{ name: 'opinion', pattern: 'ensemble', config: inner }, ask('last', { dependsOn: ['opinion'] })],
    budget: { calls: 10 },
  });
  expect(requests).toHaveLength(3);
  expect(result).toMatchObject({
    partial: true,
    partialReason: expect.stringContaining('step "opinion"'),
    results: { last: { status: 'completed' } },
    budget: { settled: { calls: 3 }, unused: { calls: 7 } },
  });
});

test('a cascade keeps the best answer that it could pay; a route that can pay none fails as such', async () => {
  const stages = [{ model: 'gpt', accept: { when: 'false' } }, { model: 'other' }];
  const cascade = await run('cascade', {
    task: 'generation',
    input: 'x',
    mode: 'escalate',
    stages,
    budget: { calls: 1 },
  });
  expect(cascade).toMatchObject({ status: 'partial', result: { decision: { stage: 0, accepted: false } } });
  const route = await run('routeToModel', { task: 'generation', input: 'x', budget: { tokens: 5 } });
  expect(route).toMatchObject({ status: 'failed', error: { type: 'BudgetExceeded', field: 'budget' } });
  expect(route.requests).toHaveLength(0);
  addsUp(cascade.result.budget);
});

test('a chain ends with the last answer that it could pay', async () => {
  const steps = ['one', 'two', 'three'].map((name) => ({ name, promptTemplate: `Say ${name}` }));
  const { status, result } = await run('chain', { initialPrompt: 'x', steps, budget: { calls: 2 } }, ({ body }) => ({
    ...PRICED,
    text: body.messages?.[0]?.content ?? '',
  }));
  expect(status).toBe('partial');
  expect(result).toMatchObject({ finalOutput: 'Say two', chainResults: [{ step: 'one' }, { step: 'two' }] });
  expect(result.budget).toMatchObject({ settled: { calls: 2 }, refused: 1 });
  const none = await run('chain', { initialPrompt: 'x', steps, budget: { tokens: 3 } });
  expect(none).toMatchObject({ status: 'failed', error: { type: 'BudgetExceeded' }, requests: [] });
});

const TREE = {
  problem: 'which way?',
  numBranches: 2,
  depth: 3,
  generate: { promptTemplate: 'thoughts after {path}' },
  evaluate: { promptTemplate: 'rate {thought}' },
};
const thoughtsAndRatings: ScriptedAnswer = ({ body, index }) => {
  const asked = body.messages?.at(-1)?.content ?? '';
  return { ...PRICED, text: asked.startsWith('rate') ? '0.5' : `1. left ${index}\n2. right ${index}` };
};

test('a tree ends with the best path that it could pay, and one that could pay nothing says so', async () => {
  const whole = await run('treeOfThought', { ...TREE, budget: { calls: 100 } }, thoughtsAndRatings);
  expect(whole).toMatchObject({ status: 'completed', result: { partial: false } });
  const cut = await run('treeOfThought', { ...TREE, budget: { calls: 5 } }, thoughtsAndRatings);
  expect(cut).toMatchObject({
    status: 'partial',
    result: { ended: 'stopped', budget: { settled: { calls: 5 }, unused: { calls: 0 } } },
  });
  expect(cut.requests).toHaveLength(5);
  expect(cut.result['bestPath']).toHaveLength(2);
  const none = await run('treeOfThought', { ...TREE, budget: { tokens: 3 } }, thoughtsAndRatings);
  expect(none).toMatchObject({ requests: [], error: { type: 'BudgetExceeded' } });
});

test('a batch starts no item after the one that the budget had no room for; an item’s own budget is its own affair', async () => {
  const items = Array.from({ length: 8 }, (_, index) => ({ input: `question ${index}` }));
  const batch = { pattern: 'routeToModel' as const, config: { task: 'generation' }, items, maxParallel: 1 };
  const cut = await run('batch', { ...batch, budget: { calls: 3 } }, () => PRICED);
  expect(cut).toMatchObject({
    status: 'partial',
    result: { summary: { completed: 3, failed: 1, notStarted: 4 }, budget: { settled: { calls: 3 } } },
  });
  expect(cut.requests).toHaveLength(3);
  const own = { ...batch, items: [{ input: 'a', budget: { tokens: 1 } }, { input: 'b' }], budget: { calls: 9 } };
  const others = await run('batch', own, () => PRICED);
  expect(others).toMatchObject({
    status: 'completed',
    result: { summary: { completed: 1, failed: 1, notStarted: 0 } },
  });
});

test('time is an amount too: no call leaves after it, and one that is out is cut off and counts at its worst case', async () => {
  const steps = [ask('one'), ask('two', { dependsOn: ['one'] })];
  const { status, result, requests } = await run('pipeline', { steps, budget: { seconds: 1.5 } }, ({ body }) =>
    JSON.stringify(body).includes('two') ? { hang: true } : PRICED,
  );
  expect(status).toBe('partial');
  expect(requests.map(({ outcome }) => outcome)).toEqual(['answered', 'aborted']);
  expect(result).toMatchObject({
    results: { two: { error: { type: 'BudgetExceeded', message: expect.stringContaining('time') } } },
    budget: { settled: { calls: 1 }, unknown: { calls: 1 } },
  });
});

test('a budget in USD refuses a model without a price, and amounts that are none, before anything is asked', async () => {
  const refused = async (budget: object, field: string) => {
    const outcome = await world.cadenza.start('pipeline', { steps: [ask('one')], budget } as never).then(
      (handle) => handle.outcome(),
      (error: unknown) => ({ error }),
    );
    expect(outcome).toMatchObject({ error: { type: 'InvalidInput', field } });
  };
  await refused({}, 'budget');
  await refused({ usd: 0 }, 'budget.usd');
  await refused({ calls: 1.5 }, 'budget.calls');
  await refused({ usd: 1, atCap: 'never' }, 'budget.atCap');
});

const SEEDS = Number(process.env['CADENZA_PROVE_CAP_SEEDS'] ?? 1);
/** Calls of handlers and of two members; `npm run prove -- cap` has 200 in all. */
const [HANDLERS, SAMPLES] = process.env['CADENZA_PROVE_CAP_SEEDS'] ? [40, 80] : [16, 32];

test.each(Array.from({ length: SEEDS }, (_, index) => index + 1))(
  `${HANDLERS + 2 * SAMPLES} calls at once, over retries, losses and members, charge no more than the cap (seed %i)`,
  async (seed) => {
    const random = seededRandom(seed);
    const fates = ['answer', 'answer', 'answer', 'slow', 'refuse', 'error', 'lost', 'cut'] as const;
    const provider = chargingProvider(random, () => fates[Math.floor(random() * fates.length)] ?? 'answer');
    const config = { text: 'Say something', maxOutputTokens: 64 };
    const handlers = Array.from({ length: HANDLERS }, (_, index) => ({
      name: `step${index}`,
      handler: 'generation',
      config: { ...config, text: `Say ${index}` },
      timeoutSeconds: 1,
      onFailure: 'continue' as const,
    }));
    const members = [1, 2].map(() => ({ model: 'gpt', samples: SAMPLES, timeoutSeconds: 3 }));
    // 200 calls may need about 0.13 USD, and 80 about 0.05, without what is tried again.
    const capUsd = 0.03 + random() * 0.05;
    const { result, status } = await run(
      'pipeline',
      {
        failFast: false,
        maxParallel: 100,
        steps: [
          ...handlers,
          { name: 'opinion', pattern: 'ensemble', config: { task: 'generation', input: 'How many?', members } },
        ],
        budget: { usd: capUsd },
      },
      provider.answer,
    );
    expect(['partial', 'failed']).toContain(status);
    expect(provider.charges.length).toBeGreaterThan(8);
    expect(result.budget.refused).toBeGreaterThan(0);
    expect(provider.total()).toBeLessThanOrEqual(capUsd * 1e9);
    addsUp(result.budget);
    const { settled, unknown, reserved } = result.budget;
    expect(Math.round((settled.usd + unknown.usd + reserved.usd) * 1e9)).toBeGreaterThanOrEqual(provider.total());
  },
  120_000,
);
