import type { World } from '../../../helpers/run-search';
import { runSearch } from '../../../helpers/run-search';

/** Every thought has three children; the score of a path is decided by its letters. */
const letters = (score: (path: string) => number | null, more: Partial<World> = {}): World => ({
  thoughts: (path) => ['a', 'b', 'c'].map((letter) => (path.at(-1) ?? '') + letter),
  score: (path) => score(path.at(-1) ?? ''),
  ...more,
});
const count = (text: string, letter: string) => text.split(letter).length - 1;
const kinds = (moves: { kind: string }[]) => moves.map(({ kind }) => kind);
const paths = (run: ReturnType<typeof runSearch>) => run.result.best?.path.map((id) => run.search.nodes[id]?.thought);

describe('the beam', () => {
  test('keeps the best of each level and answers with the best leaf', () => {
    const run = runSearch(
      {},
      letters((text) => count(text, 'c')),
    );
    expect(run.moves.filter(({ kind }) => kind === 'generate').map(({ thoughts }) => thoughts)).toEqual([
      [''],
      ['c', 'a'],
      ['cc', 'ca'],
    ]);
    expect(paths(run)).toEqual(['root', 'c', 'cc', 'ccc']);
    expect(run.result.best).toMatchObject({ solution: 'ccc', score: 3, verified: false });
    expect(run.result.ended).toBe('depth');
    expect(run.result.levels).toEqual([
      { depth: 1, candidates: 3, kept: 2, tie: true },
      { depth: 2, candidates: 6, kept: 2, tie: true },
      { depth: 3, candidates: 6, kept: 2, tie: true },
    ]);
  });

  test('every branch that was cut has its reason', () => {
    const { result } = runSearch(
      { pruneBelow: 1, maxChildren: 1, depth: 1, beamWidth: 5 },
      letters((text) => ({ a: 2, b: 1, c: 0 })[text] ?? 0),
    );
    expect(result.pruned).toEqual([
      { node: 2, parent: 0, reason: 'too_many_children' },
      { node: 3, parent: 0, reason: 'below_threshold' },
    ]);
  });

  test('a state that is there already is cut before it is paid for, and names the first one', () => {
    const { result, moves } = runSearch(
      { depth: 1 },
      { thoughts: () => [{ thought: 'x', stateKey: 's' }, { thought: 'y', stateKey: 's' }, 'z'] },
    );
    expect(moves[1]).toEqual({ kind: 'evaluate', thoughts: ['x', 'z'] });
    expect(result.pruned[0]).toEqual({ node: 2, parent: 0, reason: 'repeated_state', repeats: 1 });
  });

  test('a state that was cut elsewhere has its score without another call', () => {
    const world: World = {
      thoughts: (path) =>
        path.length === 0 ? ['good', { thought: 'bad', stateKey: 's' }] : [{ thought: 'again', stateKey: 's' }],
      score: (path) => (path[0] === 'good' && path.length === 1 ? 1 : 0.5),
    };
    const { moves, search } = runSearch({ depth: 2, beamWidth: 1 }, world);
    expect(moves.filter(({ kind }) => kind === 'evaluate')).toEqual([{ kind: 'evaluate', thoughts: ['good', 'bad'] }]);
    expect(search.nodes[3]).toMatchObject({ thought: 'again', score: 0.5 });
  });

  test('a thought whose evaluation could not be parsed comes last, and is counted', () => {
    const { result, moves } = runSearch(
      { depth: 2 },
      letters((text) => (text === 'a' ? null : -1)),
    );
    expect(moves.filter(({ kind }) => kind === 'generate')[1]?.thoughts).toEqual(['b', 'c']);
    expect(result.samples).toEqual({ asked: 9, unparsed: 1 });
  });

  test('a failed branch is cut and reported, and the others go on', () => {
    const world = letters((text) => count(text, 'c'), {
      thoughts: (path) =>
        path.at(-1) === 'c' ? new Error() : ['a', 'b'].map((letter) => (path.at(-1) ?? 'c') + letter),
    });
    const failing: World = { ...world, thoughts: (path) => (path.length === 0 ? ['c', 'd'] : world.thoughts(path)) };
    const run = runSearch({ depth: 2 }, failing);
    expect(run.result.ended).toBe('depth');
    expect(paths(run)).toEqual(['root', 'd', 'da']);
    expect(run.result.pruned).toContainEqual({
      node: 1,
      parent: 0,
      reason: 'generation_failed',
      failure: expect.objectContaining({ type: 'ProviderUnavailable' }),
    });
  });

  test.each([
    [
      'no node of a level can be expanded',
      letters(() => 1, { thoughts: (path) => (path.length === 0 ? ['a'] : new Error()) }),
    ],
    ['no thought can be evaluated', { ...letters(() => 1), score: () => new Error() }],
    ['the root can not be expanded', letters(() => 1, { thoughts: () => new Error() })],
  ])('ends with the failure where %s', (_case, world) => {
    const { search } = runSearch({}, world);
    expect(search.ended).toEqual({
      reason: 'all_failed',
      failure: expect.objectContaining({ type: 'ProviderUnavailable' }),
    });
  });

  test('a root without thoughts is an end of its own, without a best path', () => {
    const { result } = runSearch({}, { thoughts: () => [] });
    expect(result).toMatchObject({ ended: 'no_thoughts', nodes: [{ status: 'expanded' }] });
    expect(result.best).toBeUndefined();
  });

  test('a thought without thoughts of its own is a leaf; the deeper leaf is the answer', () => {
    const run = runSearch(
      { depth: 2 },
      letters((text) => (text === 'c' ? 9 : 1), {
        thoughts: (path) => (path[0] === 'c' ? [] : path.length === 0 ? ['b', 'c'] : ['ba']),
      }),
    );
    expect(paths(run)).toEqual(['root', 'b', 'ba']);
  });

  test('at most so many nodes are expanded', () => {
    const { result, search } = runSearch(
      { maxStates: 2 },
      letters(() => 1),
    );
    expect(search.expansions).toBe(2);
    expect(result.ended).toBe('max_states');
    expect(result.unexplored.length).toBeGreaterThan(0);
  });

  test('a search that is stopped keeps the best so far, and says what was not explored', () => {
    const run = runSearch(
      {},
      letters((text) => count(text, 'c')),
      { stopAfter: 3 },
    );
    expect(run.result).toMatchObject({ ended: 'stopped', best: { solution: 'c' } });
    expect(run.search.ended).toEqual({ reason: 'stopped', why: 'budget' });
    // Its thoughts were there already, but nobody had judged them.
    expect(run.result.unexplored).toHaveLength(6);
  });
});

describe('goals', () => {
  const goal = (path: string[]) => path.at(-1) === 'cb';

  test('a verified thought ends the search before anything else is paid for, and comes first', () => {
    const run = runSearch(
      { check: 'thoughts' },
      letters((text) => count(text, 'c'), { goal }),
    );
    expect(run.result).toMatchObject({ ended: 'goal', best: { solution: 'cb', verified: true } });
    expect(kinds(run.moves)).toEqual(['generate', 'check', 'evaluate', 'generate', 'check']);
  });

  test('a verifier that costs a call is asked of chosen thoughts only', () => {
    const run = runSearch(
      { check: 'selected' },
      letters((text) => count(text, 'c') + count(text, 'b') / 2, { goal }),
    );
    expect(run.moves.filter(({ kind }) => kind === 'check').map(({ thoughts }) => thoughts)).toEqual([
      ['b', 'c'],
      ['cb', 'cc'],
    ]);
    expect(run.result.best).toMatchObject({ solution: 'cb', verified: true });
  });
});

describe('answers', () => {
  const ready: World['thoughts'] = (path) =>
    path.length === 1 ? [{ thought: 'x', ready: true, stateKey: '24' }, 'y'] : ['a', 'b'];

  test('are written where a thought is ready, before others are evaluated', () => {
    const world: World = { thoughts: ready, goal: (path) => path[0] === 'a' };
    const run = runSearch({ check: 'answers', answer: 'ready' }, world);
    expect(kinds(run.moves)).toEqual(['generate', 'evaluate', 'generate', 'answer', 'check']);
    expect(paths(run)).toEqual(['root', 'a', 'x', 'answer']);
    // Both ways lead to the same state: one answer was enough.
    expect(run.moves[3]?.thoughts).toHaveLength(1);
  });

  test('that are refused make way for the next way to the same state', () => {
    const world: World = { thoughts: ready, goal: (path) => path[0] === 'b' };
    const run = runSearch({ check: 'answers', answer: 'ready' }, world);
    expect(kinds(run.moves).filter((kind) => kind === 'answer')).toHaveLength(2);
    expect(paths(run)).toEqual(['root', 'b', 'x', 'answer']);
    expect(run.result.pruned).toContainEqual({ node: 7, parent: 3, reason: 'not_a_goal' });
  });

  test('are written from the best leaf, where nobody checks them, and have its score', () => {
    const run = runSearch(
      { answer: 'leaves', depth: 1 },
      letters((text) => count(text, 'b')),
    );
    expect(kinds(run.moves)).toEqual(['generate', 'evaluate', 'answer']);
    expect(run.result.best).toEqual({ path: [0, 2, 4], solution: 'answer', score: 1, verified: false });
  });

  test('are written from all leaves of the beam, where somebody checks them', () => {
    const world = letters((text) => count(text, 'b'), {
      goal: (path) => path[0] === 'a',
      answer: (path) => `${path[0]}!`,
    });
    const run = runSearch({ answer: 'leaves', check: 'answers', depth: 1 }, world);
    expect(run.moves.at(-2)).toEqual({ kind: 'answer', thoughts: ['a', 'b'] });
    expect(run.result.best).toMatchObject({ solution: 'a!', verified: true });
  });

  test('that fail leave their thought as it is', () => {
    const run = runSearch(
      { answer: 'leaves', depth: 1 },
      letters(() => 1, { answer: () => new Error() }),
    );
    expect(run.result.best).toMatchObject({ solution: 'a' });
    expect(run.search.nodes[1]).toMatchObject({ answered: true, failure: { type: 'ProviderUnavailable' } });
  });
});

describe('depth-first search', () => {
  test('visits the best child first, and goes back from a branch that is cut', () => {
    const world = letters((text) => (text.startsWith('cb') ? 0 : count(text, 'c') + 1), {
      goal: (path) => path.at(-1) === 'cab',
    });
    const run = runSearch({ search: 'dfs', pruneBelow: 0.5, maxChildren: 2, check: 'thoughts' }, world);
    expect(run.moves.filter(({ kind }) => kind === 'generate').map(({ thoughts }) => thoughts[0])).toEqual([
      '',
      'c',
      'cc',
      'ca',
    ]);
    expect(run.result.best).toMatchObject({ solution: 'cab', verified: true });
  });

  test('stops after so many states with the deepest leaf', () => {
    const run = runSearch(
      { search: 'dfs', maxStates: 3 },
      letters((text) => count(text, 'c')),
    );
    expect(run.result).toMatchObject({ ended: 'max_states', best: { solution: 'ccc' } });
    expect(run.search.expansions).toBe(3);
  });

  test('ends when everything was visited', () => {
    const run = runSearch(
      { search: 'dfs', depth: 2 },
      letters(() => 1),
    );
    expect(run.search.expansions).toBe(4);
    expect(run.result.ended).toBe('exhausted');
    expect(run.result.unexplored).toEqual([]);
  });

  test('asks for the answer of each leaf as it is reached', () => {
    const world = letters((text) => count(text, 'c'), { goal: (path) => path[1] === 'ca' });
    const run = runSearch({ search: 'dfs', depth: 2, answer: 'leaves', check: 'answers' }, world);
    expect(run.moves.filter(({ kind }) => kind === 'answer').map(({ thoughts }) => thoughts[0])).toEqual(['cc', 'ca']);
    expect(run.result).toMatchObject({ ended: 'goal', best: { verified: true } });
  });
});

test('best-first search expands the best thought of all, wherever it is', () => {
  const scores: Record<string, number> = { a: 3, b: 5, c: 1, ba: 2, bb: 4, bc: 0, bba: 1, aa: 9 };
  const run = runSearch(
    { search: 'best-first', maxStates: 4 },
    letters((text) => scores[text] ?? 0),
  );
  expect(run.moves.filter(({ kind }) => kind === 'generate').map(({ thoughts }) => thoughts[0])).toEqual([
    '',
    'b',
    'bb',
    'a',
  ]);
});
