import type { JsonValue } from '../../contracts/json';
import type { TreeOfThoughtInput } from '../../contracts/tree-of-thought.schema';
import type { Search, SearchPlan } from './tree-types';

/** Most nodes of one tree. */
export const MAX_TREE_NODES = 10_000;

/** The settings of a search, from the input of a tree of thoughts. */
export function planSearch(input: TreeOfThoughtInput): SearchPlan {
  return {
    search: input.search,
    depth: input.depth,
    branches: input.numBranches,
    beamWidth: input.beamWidth,
    select: input.select,
    seed: input.seed ?? 0,
    maxStates: input.maxStates,
    maxChildren: input.maxChildren ?? Number.MAX_SAFE_INTEGER,
    pruneBelow: input.pruneBelow ?? -Number.MAX_VALUE,
    vote: input.evaluate.mode === 'vote',
    check: checkedNodes(input),
    answer: input.answer === undefined ? 'none' : input.answer.when === undefined ? 'leaves' : 'ready',
  };
}

/** A verifier model costs a call a node, so it is asked of chosen nodes only; what is free is asked of all. */
function checkedNodes({ isGoal, answer }: TreeOfThoughtInput): SearchPlan['check'] {
  if (isGoal === undefined) return 'none';
  if (answer !== undefined) return 'answers';
  return typeof isGoal === 'object' && 'model' in isGoal ? 'selected' : 'thoughts';
}

/** A search that knows its root only: the problem, which is also the first state. */
export function firstSearch(plan: SearchPlan, problem: JsonValue): Search {
  return {
    plan,
    nodes: [{ id: 0, parent: null, depth: 0, kind: 'root', thought: problem, state: problem, stateKey: '' }],
    drops: [],
    levels: [],
    frontier: [0],
    level: 0,
    current: null,
    expansions: 0,
    samples: { asked: 0, unparsed: 0 },
  };
}
