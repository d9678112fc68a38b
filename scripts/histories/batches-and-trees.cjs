const { readFileSync } = require('node:fs');
const path = require('node:path');
const { parse } = require('yaml');
const { TREE, cancelSoon, sleep } = require('./parts.cjs');

const root = path.resolve(__dirname, '..', '..');

/** Batches and trees of thought. By name (what the history guards): input, and what is done to the run while it goes. */
const RUNS = {
  'batch-of-ensembles': {
    input: {
      pattern: 'ensemble',
      config: { task: 'generation', members: ['gpt', 'other'] },
      items: [1, 2, 3, 4, 5].map((n) => ({ id: n, input: `Pears ${n}?`, ...(n > 2 ? { expected: 'pears' } : {}) })),
      maxParallel: 2,
    },
    during: async (run) => {
      await run.pause();
      await sleep(500);
      await run.resume();
    },
  },
  'batch-all-failed': {
    input: { pattern: 'routeToModel', config: { task: 'generation', model: 'broken' }, items: [{ input: 'a' }] },
  },
  'treeOfThought-beam': { input: { ...TREE, beamWidth: 2, depth: 3, isGoal: { handler: 'never' } } },
  'treeOfThought-sampled': {
    input: {
      ...TREE,
      generate: { ...TREE.generate, mode: 'sample' },
      evaluate: { ...TREE.evaluate, samples: 2 },
      select: 'sample',
      seed: 4,
      depth: 2,
      answer: { promptTemplate: 'answer\n{path}' },
      isGoal: { model: 'other', promptTemplate: 'goal\n{thought}' },
    },
  },
  'treeOfThought-vote-and-expression': {
    input: {
      ...TREE,
      evaluate: { mode: 'vote', promptTemplate: 'vote\n{candidates}' },
      depth: 2,
      isGoal: "$contains(thought, 'b1')",
    },
  },
  'treeOfThought-depth-first': { input: { ...TREE, search: 'dfs', maxStates: 5, maxChildren: 1 } },
  'treeOfThought-best-first': { input: { ...TREE, search: 'best-first', maxStates: 4 } },
  'treeOfThought-all-failed': { input: { ...TREE, generate: { ...TREE.generate, model: 'broken' } } },
  'treeOfThought-reference': {
    input: {
      ...parse(readFileSync(path.join(root, 'examples', 'game-of-24', 'tree.yaml'), 'utf8')),
      mode: 'reference',
      depth: 2,
    },
  },
  'treeOfThought-cancelled': {
    input: { ...TREE, evaluate: { ...TREE.evaluate, model: 'slow' } },
    during: cancelSoon,
  },
};

module.exports = { RUNS };
