import { budgetLines } from '../../src/cli/commands/budgets';
import { PLAIN } from '../../src/cli/render/paint';
import type { BudgetSummary, GivenInput } from '../../src/client';
import type { Pattern } from '../../src/contracts/names';
import { budgetLedgerWorkflowId, MEMO_OUTCOME } from '../../src/contracts/names';
import type { WindowState } from '../../src/contracts/window-budget';
import { createWorker } from '../../src/worker';
import type { ScriptedAnswer } from '../helpers/scripted-model-server';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld, withWorker } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let world: TestWorld;

beforeAll(async () => {
  world = await createTestWorld({
    registry: ({ models }) => ({
      models: {
        ...models,
        gpt: { ...models.gpt, fallback: ['small'] },
        small: { ...models.gpt, model: 'small-test', price: { input: 0.1, output: 0.1 } },
      },
      budgets: [
        { label: 'tenant', window: 'day', calls: 6 },
        { label: 'tenant', value: 'thrifty', window: 'day', usd: 0.0005, atCap: 'cheaper' },
        { label: 'team', window: 'minute', calls: 2, atCap: 'wait' },
      ],
    }),
  });
});
afterAll(async () => {
  await world.close();
  await closeTestServer();
});
afterEach(() => world.models.script(undefined));

const ask = (name: string, more: object = {}) => ({
  name,
  handler: 'generation',
  config: { text: `Say ${name}`, maxOutputTokens: 100 },
  ...more,
});
const steps = (...names: string[]) => names.map((name) => ask(name));
const asked = (text: string) => world.models.requests.filter(({ body }) => JSON.stringify(body).includes(text));

async function run<P extends Pattern>(pattern: P, input: GivenInput<P>) {
  return (await world.cadenza.start(pattern, input)).outcome();
}

/** What the ledger has left in its memo, which is there without a Worker. */
async function ledger(label: string, value: string, window: string): Promise<WindowState | undefined> {
  const handle = world.cadenza.temporal.workflow.getHandle(budgetLedgerWorkflowId({ label, value, window }));
  const { memo } = await handle.describe();
  return (memo?.[MEMO_OUTCOME] as WindowState[] | undefined)?.at(-1);
}

test('the runs of a label share a cap over all Workers; another value has its own, and a run without the label none', async () => {
  const [one, other] = await Promise.all([1, 2].map(() => createWorker({ environment: world.environment })));
  const served = [one?.run(), other?.run()];
  try {
    const labelled = (tenant: string, text: string) => ({ labels: { tenant }, steps: steps(...text) });
    const runs = await Promise.all([
      run('pipeline', labelled('acme', 'abcd')),
      run('pipeline', labelled('acme', 'efgh')),
      run('pipeline', labelled('acme', 'ijkl')),
      run('pipeline', labelled('zen', 'mnop')),
      run('pipeline', { steps: steps(...'qrstuvwx') }),
    ]);
    const of = (names: string) => [...names].flatMap((name) => asked(`Say ${name}`));
    expect(of('abcdefghijkl').length).toBeLessThanOrEqual(6);
    expect(of('abcdefghijkl').length).toBeGreaterThanOrEqual(4);
    expect(of('mnop')).toHaveLength(4);
    expect(of('qrstuvwx')).toHaveLength(8);
    expect(runs.map(({ status }) => status).slice(3)).toEqual(['completed', 'completed']);
    const refused = runs
      .slice(0, 3)
      .flatMap(({ result }) =>
        Object.values((result as { results: Record<string, { error?: object }> }).results).flatMap(
          ({ error }) => error ?? [],
        ),
      );
    expect(refused).toContainEqual(
      expect.objectContaining({
        type: 'BudgetExceeded',
        field: 'budgets.tenant=acme/day',
        message: expect.stringMatching(
          /calls of 6 calls are left in the budget tenant=acme\/day; its next window starts at/,
        ),
      }),
    );
  } finally {
    one?.shutdown();
    other?.shutdown();
    await Promise.all(served);
  }
  // Both have returned what they had left: a Signal that waits for the next Worker.
  await withWorker(world, async () => {
    const used = asked('Say').filter(({ body }) => /Say [a-l]"/.test(JSON.stringify(body))).length;
    await waitUntil(async () => (await ledger('tenant', 'acme', 'day'))?.leased.calls === 0);
    expect(await ledger('tenant', 'acme', 'day')).toMatchObject({ spent: { calls: used }, left: { calls: 6 - used } });
    const [summary] = await world.cadenza.budgets();
    expect(summary).toMatchObject({
      budget: 'tenant=acme/day',
      cap: { calls: 6 },
      spent: { calls: used },
      leased: { calls: 0 },
    });
    expect(budgetLines(summary as BudgetSummary, PLAIN)).toEqual([
      'tenant=acme/day',
      `  ${used} calls of 6 calls spent, 0 calls leased, ${6 - used === 1 ? '1 call' : `${6 - used} calls`} left`,
      expect.stringMatching(/^ {2}\d+ calls? did not fit$/),
      expect.stringMatching(/^ {2}next window at \d{4}-\d\d-\d\dT00:00:00.000Z$/),
    ]);
  });
});

const TREE = {
  problem: 'which way?',
  numBranches: 2,
  depth: 1,
  generate: { promptTemplate: 'thoughts after {path}' },
  evaluate: { promptTemplate: 'rate {thought}' },
};
const answers: ScriptedAnswer = ({ body, index }) => {
  const text = body.messages?.at(-1)?.content ?? '';
  if (text.startsWith('rate')) return { text: '0.5' };
  return { text: text.startsWith('thoughts') ? `1. left ${index}\n2. right ${index}` : '42' };
};

describe('one Worker serves', () => {
  let stopWorker: () => Promise<void>;
  beforeAll(async () => {
    stopWorker = await serveWorld(world);
  });
  afterAll(() => stopWorker());

  test('atCap cheaper asks the fallback that costs less where the model does not fit the window', async () => {
    const { result, status } = await run('pipeline', { labels: { tenant: 'thrifty' }, steps: steps('thrift') });
    expect(status).toBe('completed');
    expect(result).toMatchObject({ results: { thrift: { models: ['gpt', 'small'] } } });
    expect(asked('Say thrift').map(({ body }) => body.model)).toEqual(['small-test']);
  });

  test('atCap wait: every pattern goes on in the next window, as if nothing had been; a cancel ends the wait', async () => {
    world.models.script(answers);
    // The wait is to be seen: it does not start at the end of a minute.
    const second = new Date().getUTCSeconds();
    if (second > 40) await new Promise((resolve) => setTimeout(resolve, (61 - second) * 1000));
    const labels = (team: string) => ({ labels: { team } });
    const start = world.cadenza.start;
    const runs = await Promise.all([
      start('pipeline', { ...labels('pipeline'), steps: steps('one', 'two', 'three') }),
      start('chain', {
        ...labels('chain'),
        initialPrompt: 'x',
        steps: ['one', 'two', 'three'].map((name) => ({ name, promptTemplate: `Chain ${name}` })),
      }),
      start('ensemble', {
        ...labels('ensemble'),
        task: 'generation',
        input: 'n?',
        members: [{ model: 'gpt', samples: 3 }],
      }),
      start('treeOfThought', { ...labels('tree'), ...TREE }),
      start('batch', {
        ...labels('batch'),
        pattern: 'routeToModel',
        config: { task: 'generation' },
        items: ['a', 'b', 'c'].map((input) => ({ input })),
      }),
    ]);
    const cancelled = await start('pipeline', { ...labels('cancelled'), steps: steps('four', 'five', 'six') });
    const waits = async (handle: { progress(): Promise<{ steps: { note?: string }[] }> }) =>
      (await handle.progress()).steps.some(({ note }) =>
        /waits for the next window of the budget team=/.test(note ?? ''),
      );
    for (const handle of [...runs.slice(0, 4), cancelled]) await waitUntil(() => waits(handle));
    await cancelled.cancel();
    expect(await cancelled.outcome()).toMatchObject({ status: 'cancelled' });
    const ended = await Promise.all(runs.map((handle) => handle.outcome()));
    expect(ended.map(({ status }) => status)).toEqual(runs.map(() => 'completed'));
    expect(ended[0]?.result).toMatchObject({ usage: { calls: 3 }, results: { one: { attempts: 1 } } });
    for (const name of ['pipeline', 'chain', 'ensemble', 'tree', 'batch']) {
      expect(await ledger('team', name, 'minute')).toMatchObject({ caps: { calls: 2 } });
    }
  }, 150_000);
});
