import type { Envelope, GivenInput } from '../../src/client';
import { check } from '../../src/contracts/check-input.schema';
import { CadenzaError } from '../../src/contracts/failures';
import type { TreeOfThoughtResult } from '../../src/contracts/tree-of-thought.schema';
import { treeOfThoughtResultSchema } from '../../src/contracts/tree-of-thought.schema';
import type { ShownNode } from '../../src/core/tree/search-result';
import type { Handlers } from '../../src/handlers/handler';
import { CANCEL_BOUND_MS } from '../helpers/cancel-bound';
import type { TreeScript } from '../helpers/scripted-tree';
import { TREE_PROMPTS, askedOf, treeAnswers } from '../helpers/scripted-tree';
import { useServedWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

/** What `is_right` was asked. */
const seen: unknown[] = [];
const handlers: Handlers = {
  is_right: ({ problem, thought, path, state }, { right }) => {
    seen.push({ problem, thought, path, state });
    return thought === right;
  },
  pays: ({ thought }) => {
    if (String(thought).length < 2) return false;
    throw new CadenzaError('BudgetExceeded', 'nothing is left');
  },
};

const world = useServedWorld({ handlers });
afterEach(() => world.models.script(undefined));

type Ended = Omit<Envelope, 'result'> & {
  result: TreeOfThoughtResult;
  nodes: ShownNode[];
  /** What was asked, as `kind path`. */
  asked: string[];
  bodies: { n?: number; seed?: number }[];
};

async function run(input: Partial<GivenInput<'treeOfThought'>>, script: TreeScript = {}) {
  const before = world.models.requests.length;
  world.models.script(treeAnswers(script));
  const whole = { problem: 'P', ...TREE_PROMPTS, ...input } as GivenInput<'treeOfThought'>;
  const envelope = await (await world.cadenza.start('treeOfThought', whole)).outcome();
  const result = envelope.result as unknown as TreeOfThoughtResult;
  if (result) expect(() => check(treeOfThoughtResultSchema, result, 'result')).not.toThrow();
  const requests = world.models.requests.slice(before);
  const asked = requests.map((request) => {
    const { kind, path } = askedOf(request);
    return `${kind} ${path.join('/')}`.trim();
  });
  const { nodes } = (result?.tree ?? { nodes: [] }) as unknown as { nodes: ShownNode[] };
  return { ...envelope, result, nodes, asked, bodies: requests.map(({ body }) => body) } as Ended;
}

const countOf = (asked: readonly string[], kind: string) => asked.filter((one) => one.startsWith(kind)).length;

/** Thoughts are `x1 x2 x3` under each node; the better the higher the last digit. */
const digits: TreeScript = {
  thoughts: (path) => ['1', '2', '3'].map((digit) => `${path.at(-1) ?? ''}${digit}`),
  score: (path) => Number(path.at(-1)?.at(-1)) / 10,
};

describe('breadth-first', () => {
  test('expands the best of each level, evaluates all their thoughts, and answers with the best leaf', async () => {
    const { status, result, nodes, asked } = await run({ depth: 2, beamWidth: 2 }, digits);
    expect(status).toBe('completed');
    expect(asked.sort()).toEqual(
      [
        'generate',
        ...['1', '2', '3'].map((thought) => `evaluate ${thought}`),
        ...['2', '3'].map((thought) => `generate ${thought}`),
        ...['2', '3'].flatMap((parent) => ['1', '2', '3'].map((digit) => `evaluate ${parent}/${parent}${digit}`)),
      ].sort(),
    );
    expect(result).toMatchObject({
      bestPath: ['P', '3', '33'],
      finalSolution: '33',
      bestScore: 0.3,
      verified: false,
      ended: 'depth',
      partial: false,
      samples: { asked: 9, unparsed: 0 },
      pruned: [
        { node: 1, parent: 0, reason: 'outside_beam' },
        { reason: 'outside_beam' },
        { reason: 'outside_beam' },
        { reason: 'outside_beam' },
        { reason: 'outside_beam' },
      ],
      usage: { calls: 12, byStep: { generate: { calls: 3 }, evaluate: { calls: 9 } } },
    });
    expect(nodes.map(({ thought }) => thought)).toEqual(['P', '1', '2', '3', '31', '32', '33', '21', '22', '23']);
    expect(nodes.filter(({ status: of }) => of === 'best').map(({ id }) => id)).toEqual([0, 3, 6]);
  });

  test('drops what is empty or repeated before it is paid for, over the whole level', async () => {
    const { result, asked } = await run(
      { depth: 2, beamWidth: 2, state: { after: '=' } },
      {
        thoughts: (path) =>
          path.length === 0 ? ['a=1', '', 'a=1', 'b=2'] : path[0] === 'a=1' ? ['c=3', 'd=4'] : ['e=3', 'f=5', 'g'],
        score: (path) => (path.length === 1 ? 0.5 : 0.4),
      },
    );
    expect(countOf(asked, 'evaluate')).toBe(2 + 3);
    expect(result.pruned).toEqual(
      expect.arrayContaining([
        { parent: 0, reason: 'repeated', count: 1 },
        { node: 5, parent: 2, reason: 'repeated_state', repeats: 3 },
        { parent: 2, reason: 'no_state', count: 1 },
      ]),
    );
  });

  test('a failed branch is pruned and reported, and the others go on', async () => {
    const { status, result } = await run(
      { depth: 2, beamWidth: 2 },
      {
        ...digits,
        thoughts: (path) =>
          path[0] === '3' ? { status: 400, error: 'no' } : ['1', '2', '3'].map((digit) => `${path.join('')}${digit}`),
      },
    );
    expect(status).toBe('completed');
    expect(result.bestPath).toEqual(['P', '2', '23']);
    expect(result.pruned).toContainEqual({
      node: 3,
      parent: 0,
      reason: 'generation_failed',
      failure: expect.objectContaining({ type: 'ModelRequestRejected' }),
    });
  });

  test('a branch whose evaluation may pass is asked again, and only that', async () => {
    let failures = 1;
    const { status, asked } = await run(
      { depth: 1 },
      { ...digits, score: (path) => (path[0] === '2' && failures-- > 0 ? { status: 503, error: 'busy' } : 0.5) },
    );
    expect(status).toBe('completed');
    expect(asked.filter((one) => one === 'evaluate 2')).toHaveLength(2);
    expect(countOf(asked, 'evaluate')).toBe(4);
  });

  test('fails where every branch failed, with the failure of the first, and shows the tree', async () => {
    const { status, error, result } = await run(
      { depth: 2 },
      { ...digits, score: () => ({ status: 400, error: 'no' }) },
    );
    expect(status).toBe('failed');
    expect(error).toMatchObject({ type: 'ModelRequestRejected' });
    expect(error?.message).toContain('every branch failed');
    expect(result).toMatchObject({ finalSolution: null, bestPath: [], usage: { calls: 4 } });
  });

  test('a root without thoughts is a clear error', async () => {
    const { status, error } = await run({ depth: 2 }, { thoughts: () => '\n \n' });
    expect(status).toBe('failed');
    expect(error).toMatchObject({ type: 'ModelOutputInvalid' });
    expect(error?.message).toContain('the root of the tree has no thoughts');
  });

  test('a tree in which every thought was cut has no solution, and says so', async () => {
    const { status, error, result } = await run({ depth: 2, pruneBelow: 0.9 }, digits);
    expect(status).toBe('failed');
    expect(error).toMatchObject({ type: 'AllRejected' });
    expect(result.pruned).toHaveLength(3);
  });

  test('an answer that was cut at its limit is no list of thoughts', async () => {
    const { error } = await run({ depth: 1 }, { thoughts: () => ({ text: 'half a th', finishReason: 'length' }) });
    expect(error).toMatchObject({ type: 'ModelOutputTruncated' });
  });
});

describe('generators and evaluators', () => {
  test('samples are requests of their own with their index as seed, and equal ones count once', async () => {
    const { result, bodies, asked } = await run(
      { depth: 1, numBranches: 3, generate: { ...TREE_PROMPTS.generate, mode: 'sample' } },
      { thoughts: (_path, sample) => (sample === 2 ? 'first' : ['first', 'second'][sample ?? 0]) ?? '' },
    );
    expect(asked.slice(0, 3)).toEqual(['generate', 'generate', 'generate']);
    expect(
      bodies
        .slice(0, 3)
        .map(({ seed }) => seed)
        .sort(),
    ).toEqual([0, 1, 2]);
    expect(result).toMatchObject({ finalSolution: 'first', usage: { byStep: { generate: { calls: 3 } } } });
    expect(result.pruned).toContainEqual({ parent: 0, reason: 'repeated', count: 1 });
  });

  test('verdicts have their scores, and samples that say none are counted and lower nothing', async () => {
    let asked = 0;
    const { result, nodes } = await run(
      {
        depth: 1,
        numBranches: 2,
        evaluate: { ...TREE_PROMPTS.evaluate, mode: 'verdict', samples: 3, verdicts: { sure: 20, likely: 1 } },
      },
      {
        score: ([thought]) =>
          (thought === 'a' ? 'I think.\nLikely.' : ['**Sure**', 'no idea', 'sure!'][asked++ % 3]) ?? '',
      },
    );
    expect(nodes.map(({ score }) => score)).toEqual([null, 1, 20]);
    expect(result).toMatchObject({ finalSolution: 'b', bestScore: 20, samples: { asked: 6, unparsed: 1 } });
  });

  test('a vote compares all candidates of a level in one prompt', async () => {
    const { result, asked, nodes } = await run(
      {
        depth: 2,
        beamWidth: 1,
        numBranches: 2,
        evaluate: { mode: 'vote', samples: 2, promptTemplate: 'vote\n{candidates}' },
      },
      { vote: () => 'Both are fine. The best choice is 2.' },
    );
    expect(countOf(asked, 'vote')).toBe(4);
    expect(asked.find((one) => one.startsWith('vote'))).toContain('Choice 1:');
    expect(result.bestPath).toEqual(['P', 'b', 'bb']);
    expect(nodes.map(({ score }) => score)).toEqual([null, 0, 1, 0, 1]);
    expect(result.samples).toEqual({ asked: 4, unparsed: 0 });
  });
});

describe('other searches', () => {
  test('depth-first visits the best child first and goes back', async () => {
    const { asked, result } = await run({ depth: 2, search: 'dfs', maxStates: 3, maxChildren: 2 }, digits);
    expect(asked.filter((one) => one.startsWith('generate'))).toEqual(['generate', 'generate 3', 'generate 2']);
    expect(result).toMatchObject({ ended: 'exhausted', bestPath: ['P', '3', '33'] });
  });

  test('best-first expands the best thought wherever it is', async () => {
    const { asked } = await run(
      { depth: 3, search: 'best-first', maxStates: 4 },
      { ...digits, score: (path) => (path.length === 1 ? Number(path[0]) / 10 : path.length === 2 ? 0.25 : 0.1) },
    );
    expect(asked.filter((one) => one.startsWith('generate'))).toEqual([
      'generate',
      'generate 3',
      'generate 3/31',
      'generate 3/32',
    ]);
  });
});

describe('goals and answers', () => {
  test('an expression ends the search at the first thought for which it holds', async () => {
    const { result, asked } = await run({ depth: 3, isGoal: "thought = '32'" }, digits);
    expect(result).toMatchObject({ verified: true, ended: 'goal', finalSolution: '32', bestPath: ['P', '3', '32'] });
    // The second level is not paid for once the solution is there.
    expect(countOf(asked, 'evaluate')).toBe(3);
  });

  test('a registered function checks answers, and the next one is asked for where it refuses', async () => {
    const { result, asked } = await run(
      {
        depth: 2,
        beamWidth: 2,
        answer: { when: "$contains(thought, '3')", promptTemplate: 'answer\n{path}' },
        isGoal: { handler: 'is_right', config: { right: 'solution 2/23' } },
      },
      { ...digits, score: () => 0.5 },
    );
    expect(result).toMatchObject({ verified: true, finalSolution: 'solution 2/23', ended: 'goal' });
    expect(seen).toContainEqual({ problem: 'P', thought: 'solution 3', path: ['3', 'solution 3'], state: '3' });
    expect(result.pruned).toContainEqual(expect.objectContaining({ reason: 'not_a_goal' }));
    expect(countOf(asked, 'answer')).toBeGreaterThan(1);
    expect(result.usage.byStep).toMatchObject({ goal: { calls: 0 } });
  });

  test('a verifier model is asked of chosen thoughts only; what it does not decide is told', async () => {
    const { result, nodes, asked } = await run(
      { depth: 2, beamWidth: 2, isGoal: { model: 'other', promptTemplate: 'goal\n{thought}' } },
      { ...digits, goal: (thought) => (thought === '3' ? 'hard to say' : thought === '33' ? 'Yes.' : 'no') },
    );
    expect(asked.filter((one) => one.startsWith('goal')).sort()).toEqual(['goal 2', 'goal 23', 'goal 3', 'goal 33']);
    expect(nodes[3]).toMatchObject({ failure: { type: 'ModelOutputInvalid' } });
    expect(result).toMatchObject({ verified: true, finalSolution: '33' });
  });

  test('where nothing is left to spend the search ends with the best so far, partial, and says what it left', async () => {
    const { status, result } = await run({ depth: 3, isGoal: { handler: 'pays' } }, digits);
    expect(status).toBe('partial');
    expect(result).toMatchObject({
      partial: true,
      partialReason: 'the budget is used up: nothing is left',
      ended: 'stopped',
      finalSolution: '3',
      verified: false,
    });
    expect(result.unexplored?.length).toBe(9);
  });
});

test('long thoughts, states and problems travel by reference, and prompts have all of their text', async () => {
  const long = (name: string) => `${name}${'x'.repeat(3_000)}`;
  const { result, asked } = await run(
    {
      problem: 'Q'.repeat(20_000),
      depth: 2,
      beamWidth: 1,
      generate: { promptTemplate: 'generate\n{path}\n{problem}' },
    },
    { thoughts: (path) => [long(`${path.length}a`), long(`${path.length}b`)], score: (path) => path.length / 10 },
  );
  expect(result.finalSolution).toMatchObject({ ref: expect.stringContaining('sha256:') });
  expect(asked.filter((one) => one.startsWith('evaluate')).at(-1)?.length).toBeGreaterThan(6_000);
  expect(asked[0]).toContain('Q'.repeat(20_000));
  expect(JSON.stringify(result).length).toBeLessThan(8_000);
});

test('shows the tree as it grows in progress and details', async () => {
  world.models.script(treeAnswers({ ...digits, score: (path) => (path.length === 1 ? 0.5 : { hang: true }) }));
  const handle = await world.cadenza.start('treeOfThought', { problem: 'P', ...TREE_PROMPTS, depth: 2 });
  await waitUntil(async () => (await handle.progress()).tree?.nodes === 13, 20);
  const progress = await handle.progress();
  expect(progress).toMatchObject({
    pattern: 'treeOfThought',
    tree: { nodes: 13, level: 2, depth: 2, expanded: 4, pruned: 0, bestScore: 0.5, verified: false },
    steps: [
      { name: 'generate', status: 'completed', note: 'level 2: 3 nodes' },
      { name: 'evaluate', status: 'running' },
    ],
  });
  expect(progress.usage.costUsd).toBeGreaterThan(0);
  const described = (await world.cadenza.temporal.workflow
    .getHandle(handle.workflowId)
    .query('__temporal_workflow_metadata')) as { currentDetails?: string };
  expect(described.currentDetails).toContain('level 2 of 2, 13 nodes, best score 0.5');
  await handle.cancel();
  await handle.outcome();
});

test('cancel ends every branch and closes the connections; the tree so far is shown', async () => {
  world.models.script(
    treeAnswers({ ...digits, thoughts: (path) => (path.length === 0 ? ['1', '2', '3'] : { hang: true }) }),
  );
  const before = world.models.requests.length;
  const handle = await world.cadenza.start('treeOfThought', { problem: 'P', ...TREE_PROMPTS, depth: 2 });
  // The first level is one question for thoughts and three for scores.
  await world.models.until(({ open, requests }) => open === 3 && requests.length - before === 1 + 3 + 3);
  await handle.cancel();
  await world.models.until(({ open }) => open === 0, CANCEL_BOUND_MS);
  const { status, result } = await handle.outcome();
  expect(status).toBe('cancelled');
  expect(result).toMatchObject({ partial: true, partialReason: 'the run was cancelled', finalSolution: '3' });
  const listed = async () => (await world.cadenza.list()).runs.map(({ workflowId }) => workflowId);
  await waitUntil(async () => (await listed()).includes(handle.workflowId));
  const query = `WorkflowType = 'expandThought' AND ExecutionStatus = 'Running'`;
  await waitUntil(async () => (await world.cadenza.temporal.workflow.count(query)).count === 0, 10);
});

test('a tree is a step of a pipeline, with a stored text as its problem, and a member of an ensemble', async () => {
  world.models.script(treeAnswers(digits));
  const config = { ...TREE_PROMPTS, depth: 1 };
  const pipeline = await world.cadenza.start('pipeline', {
    input: { text: 'P'.repeat(30_000) },
    steps: [{ name: 'think', pattern: 'treeOfThought', config, inputs: { problem: 'input.text' } }],
  });
  expect((await pipeline.result()).output).toBe('3');
  const ensemble = await world.cadenza.start('ensemble', {
    task: 'generation',
    input: 'P',
    members: [{ pattern: 'treeOfThought', config }],
  });
  expect((await ensemble.result()).aggregatedResult).toBe('3');
});

describe('what is refused before anything is paid', () => {
  test.each<[Partial<GivenInput<'treeOfThought'>>, string, string]>([
    [{ generate: { promptTemplate: '{thoughts}' } }, 'InvalidInput', 'generate.promptTemplate'],
    [{ evaluate: { promptTemplate: '{candidates}' } }, 'InvalidInput', 'evaluate.promptTemplate'],
    [{ generate: { model: 'nobody' } }, 'UnknownModel', 'generate.model'],
    [{ isGoal: { handler: 'nobody' } }, 'UnknownHandler', 'isGoal.handler'],
    [{ isGoal: 'thought = ' }, 'InvalidInput', 'isGoal'],
    [{ isGoal: 'score > 1' }, 'InvalidInput', 'isGoal'],
    [{ answer: { when: 'unknown = 1' } }, 'InvalidInput', 'answer.when'],
    [{ state: { regex: '(a' } }, 'InvalidInput', 'state.regex'],
    [{ evaluate: { model: 'fast_classifier' } }, 'TaskNotSupported', 'evaluate.model'],
    [{ budget: { usd: 1, atCap: 'wait' } }, 'InvalidInput', 'budget.atCap'],
  ])('%j', async (more, type, field) => {
    const { status, error, asked } = await run(more);
    expect({ status, error }).toMatchObject({ status: 'failed', error: { type, field } });
    expect(asked).toEqual([]);
  });
});
