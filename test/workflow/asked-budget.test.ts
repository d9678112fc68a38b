import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GivenInput } from '../../src/client';
import { compiledFile } from '../../src/config/package-paths';
import type { Pattern } from '../../src/contracts/names';
import type { ScriptedAnswer } from '../helpers/scripted-model-server';
import { useServedWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

const world = useServedWorld();
beforeEach(() => world.models.script(answers));

const answers: ScriptedAnswer = ({ body, index }) => {
  const text = body.messages?.at(-1)?.content ?? '';
  if (text.startsWith('rate')) return { text: '0.5' };
  return { text: text.startsWith('thoughts') ? `1. left ${index}\n2. right ${index}` : '42' };
};

const ASK = { calls: 2, atCap: 'ask' } as const;
const ENSEMBLE = { task: 'generation', input: 'n?', members: [{ model: 'gpt', samples: 5 }] } as const;
const TREE = {
  problem: 'which way?',
  numBranches: 2,
  depth: 2,
  generate: { promptTemplate: 'thoughts after {path}' },
  evaluate: { promptTemplate: 'rate {thought}' },
};
const STAGE = { model: 'gpt', accept: { when: 'false' } };
const step = (name: string, dependsOn: string[] = []) => ({
  name,
  handler: 'generation',
  config: { text: `Say ${name}`, maxOutputTokens: 100 },
  dependsOn,
});

/** Starts a run, waits until it asks, and lets a person decide. */
async function decided<P extends Pattern>(pattern: P, input: GivenInput<P>, budget: { calls?: number } | undefined) {
  const before = world.models.requests.length;
  const handle = await world.cadenza.start(pattern, input);
  const asks = async () => (await handle.progress()).status === 'paused';
  await waitUntil(asks);
  expect(await handle.status()).toBe('paused');
  expect((await handle.progress()).steps).toContainEqual(
    expect.objectContaining({ note: expect.stringMatching(/calls are left in .*`cadenza approve .* --budget USD`/) }),
  );
  const asked = world.models.requests.length - before;
  await handle.approve({ approved: budget !== undefined, by: 'Ada', budget: budget ?? {} });
  const outcome = await handle.outcome();
  return { ...outcome, asked, requests: world.models.requests.length - before };
}

const RUNS: { [name: string]: [Pattern, object, number] } = {
  pipeline: ['pipeline', { steps: [step('a'), step('b', ['a']), step('c', ['b']), step('d', ['c'])] }, 4],
  ensemble: ['ensemble', ENSEMBLE, 5],
  cascade: [
    'cascade',
    { task: 'generation', input: 'x', mode: 'escalate', stages: [STAGE, STAGE, { model: 'gpt' }] },
    3,
  ],
  chain: ['chain', { initialPrompt: 'x', steps: ['a', 'b', 'c'].map((name) => ({ name, promptTemplate: name })) }, 3],
  'tree of thoughts': ['treeOfThought', TREE, 9],
  'ensemble inside a pipeline': [
    'pipeline',
    { steps: [step('a'), { name: 'opinion', pattern: 'ensemble', config: ENSEMBLE, dependsOn: ['a'] }] },
    6,
  ],
  'tree inside an ensemble': [
    'ensemble',
    { task: 'generation', input: 'n?', members: [{ pattern: 'treeOfThought', config: { ...TREE, depth: 1 } }] },
    3,
  ],
};

test.each(Object.entries(RUNS))(
  '%s: what the budget has no room for waits for a person, and goes on with the raised cap',
  async (_name, [pattern, input, calls]) => {
    const given = { ...input, budget: ASK } as GivenInput<Pattern>;
    const { status, result, asked, requests } = await decided(pattern, given, { calls: 50 });
    expect({ status, asked, requests }).toEqual({ status: 'completed', asked: 2, requests: calls });
    expect(result).toMatchObject({ partial: false, budget: { caps: { calls: 50 }, settled: { calls } } });
  },
);

test('a person who says no lets the run end with the best so far', async () => {
  const steps = [step('a'), step('b', ['a']), step('c', ['b']), step('d', ['c'])];
  const pipeline = await decided('pipeline', { steps, budget: ASK }, undefined);
  expect(pipeline).toMatchObject({
    status: 'partial',
    requests: 2,
    result: { results: { b: { status: 'completed' } } },
  });
  const ensemble = await decided(
    'ensemble',
    { ...ENSEMBLE, members: [{ model: 'gpt', samples: 5 }], budget: ASK },
    undefined,
  );
  expect(ensemble).toMatchObject({ status: 'partial', requests: 2, result: { decision: { valid: 2 } } });
});

test('a decision that makes no sense is refused at once: no cap, one that is not higher, one that is not there, nobody', async () => {
  const handle = await world.cadenza.start('pipeline', {
    steps: [step('a'), step('b', ['a']), step('c', ['b'])],
    budget: ASK,
  });
  await waitUntil(async () => (await handle.status()) === 'paused');
  const refused = (budget: object, problem: string, by = 'Ada') =>
    expect(handle.approve({ approved: true, by, budget })).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining(problem),
    });
  await refused({}, 'budget: ');
  await refused({ calls: 2 }, 'budget.calls: the new cap must be higher than the one there is, 2 calls');
  await refused({ calls: 1.5 }, 'budget.calls: ');
  await refused({ usd: 3 }, 'budget.usd: ');
  await refused({ calls: 3 }, 'by: ', ' ');
  await handle.approve({ approved: true, by: 'Ada', budget: { calls: 3 } });
  expect(await handle.outcome()).toMatchObject({ status: 'completed' });
});

test('a run that asks can be cancelled, and a batch does not ask', async () => {
  const handle = await world.cadenza.start('chain', {
    initialPrompt: 'x',
    steps: ['a', 'b', 'c'].map((name) => ({ name, promptTemplate: name })),
    budget: ASK,
  });
  await waitUntil(async () => (await handle.status()) === 'paused');
  await handle.cancel();
  expect(await handle.outcome()).toMatchObject({ status: 'cancelled', result: { chainResults: [{}, {}] } });
  const batch = await world.cadenza.start('batch', {
    pattern: 'routeToModel',
    config: { task: 'generation' },
    items: [{ input: 'a' }],
    budget: ASK,
  });
  expect(await batch.outcome()).toMatchObject({ error: { type: 'Unsupported', field: 'budget.atCap' } });
});

test('the command says what to decide, and raises the cap', async () => {
  const cadenza = async (...args: string[]) => {
    const options = { env: { ...process.env, ...world.variables } };
    const main = compiledFile('cli', 'main.js');
    return promisify(execFile)(process.execPath, [main, ...args], options).catch(
      (error: { code: number; stderr: string }) => error,
    );
  };
  const handle = await world.cadenza.start('pipeline', { steps: [step('a')], budget: { usd: 0.0001, atCap: 'ask' } });
  await waitUntil(async () => (await handle.status()) === 'paused');
  expect(await cadenza('approve', handle.workflowId)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--budget USD'),
  });
  expect(await cadenza('approve', handle.workflowId, 'a', '--budget', '1')).toMatchObject({ code: 2 });
  expect(await cadenza('approve', handle.workflowId, '--budget', '0.0001')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('must be higher'),
  });
  expect(await cadenza('approve', handle.workflowId, '--budget', '0.50', '--by', 'Ada')).toMatchObject({
    stderr: expect.stringContaining('Approved the budget as Ada'),
  });
  expect(await handle.outcome()).toMatchObject({ status: 'completed', result: { budget: { caps: { usd: 0.5 } } } });
  expect(await cadenza('budgets', '--json')).toMatchObject({ stdout: '{\n  "budgets": []\n}\n' });
});
