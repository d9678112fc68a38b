import { check, checkInput } from '../../../src/contracts/check-input.schema';
import { treeOfThoughtResultSchema } from '../../../src/contracts/tree-of-thought.schema';
import { gameInput } from '../../helpers/game-of-24';

const tree = (more: object) => checkInput('treeOfThought', { problem: 'x', ...more });

describe('the input of a tree of thoughts', () => {
  test('has defaults for everything but the problem', () => {
    expect(tree({})).toMatchObject({
      numBranches: 3,
      depth: 3,
      beamWidth: 3,
      mode: 'standard',
      search: 'bfs',
      select: 'greedy',
      maxStates: 1000,
      generate: { mode: 'propose', temperature: 0.7, maxOutputTokens: 1024 },
      evaluate: { mode: 'number', temperature: 0, samples: 1 },
    });
  });

  test.each([
    [{ search: 'dfs', maxStates: 50, maxChildren: 3, pruneBelow: 0.2 }],
    [{ search: 'best-first' }],
    [{ select: 'sample', seed: 7 }],
    [{ state: { after: 'left: ', before: ')' } }],
    [{ state: { regex: 'left: (.*)', group: 1, missing: 'thought' } }],
    [{ isGoal: "state = '24'" }],
    [{ isGoal: { handler: 'is_solution', config: { strict: true } } }],
    [{ isGoal: { model: 'gpt4', promptTemplate: '{thought}?' } }],
    [{ answer: {} }],
    [{ answer: { when: "state = '24'", promptTemplate: '{path}', model: 'gpt4', system: 'Be brief.' } }],
    [{ evaluate: { mode: 'vote', samples: 5 } }],
    [{ evaluate: { answerPromptTemplate: '{answer}' } }],
    [{ generate: { mode: 'sample', system: 'Be brief.', maxOutputTokens: 50 } }],
  ])('takes %j, and its normal form again', (more) => {
    const normal = tree(more);
    expect(checkInput('treeOfThought', JSON.parse(JSON.stringify(normal)))).toEqual(normal);
    expect(normal).toMatchObject(more);
  });

  test.each([
    [{ select: 'sample' }, 'seed: select sample needs a seed'],
    [{ select: 'sample', seed: 1, search: 'dfs' }, 'select: sample is a choice of search bfs only'],
    [{ select: 'sample', seed: 1.5 }, 'seed'],
    [{ search: 'astar' }, 'search'],
    [{ maxStates: 0 }, 'maxStates'],
    [{ state: { after: '' } }, 'state'],
    [{ evaluate: { mode: 'verdict' } }, 'mode verdict needs a score for each verdict'],
    [{ evaluate: { mode: 'verdict', verdicts: {} } }, 'at least one verdict'],
    [{ isGoal: { model: 'gpt4', handler: 'x' } }, 'isGoal'],
    [{ mode: 'reference' }, 'mode reference'],
    [{ mode: 'reference', search: 'dfs' }, 'search: mode reference searches bfs'],
  ])('refuses %j', (more, message) => expect(() => tree(more)).toThrow(message));

  test('the Game of 24 of the examples is valid, in mode reference too', () => {
    expect(gameInput('4 5 6 10')).toMatchObject({ mode: 'standard', beamWidth: 5 });
    expect(gameInput('4 5 6 10', { mode: 'reference' })).toMatchObject({ mode: 'reference' });
  });
});

const NO_USAGE = { calls: 0, cutCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, journalHits: 0, cacheHits: 0 };

test('the result of a tree names cut branches with reasons, what was not explored, and unparsed samples', () => {
  const result = {
    tree: { nodes: [] },
    bestPath: ['x'],
    bestScore: null,
    finalSolution: 'x',
    verified: false,
    ended: 'stopped',
    pruned: [
      { node: 3, parent: 0, reason: 'repeated_state', repeats: 1 },
      { parent: 0, reason: 'empty', count: 2 },
    ],
    unexplored: [4],
    levels: [{ depth: 1, candidates: 5, kept: 3, tie: true }],
    samples: { asked: 9, unparsed: 1 },
    usage: { ...NO_USAGE, byModel: {}, byStep: {} },
    partial: true,
    partialReason: 'budget',
  };
  expect(check(treeOfThoughtResultSchema, result, 'result')).toEqual(result);
});
