import { runSummary } from '../../../src/client/run-summary';

const many = Array.from({ length: 9 }, (_, index) => ({ name: `s${index}` }));

test.each([
  ['pipeline', { definition: 'document_analysis', input: { name: 'a.pdf' } }, 'document_analysis: a.pdf'],
  [
    'pipeline',
    { steps: [{ name: 'read' }, { name: 'sum' }], input: { name: 'a.pdf' } },
    'pipeline of a.pdf: read, sum',
  ],
  ['chain', { steps: many, initialPrompt: 'SECRET' }, 'chain: s0 → s1 → s2 → s3 → s4 → s5 → 3 more'],
  ['cascade', { task: 'classification', stages: [{ model: 'a' }, { model: 'b' }] }, 'cascade: classification, a → b'],
  [
    'ensemble',
    { task: 'generation', input: 'SECRET', members: ['a', { model: 'b', samples: 3 }, { pattern: 'chain' }] },
    'ensemble: generation, a, b × 3, chain',
  ],
  ['routeToModel', { task: 'sentiment', input: 'SECRET' }, 'routeToModel: sentiment'],
  ['treeOfThought', { problem: 'SECRET', depth: 4 }, 'treeOfThought: bfs, 3 branches, depth 4'],
  ['eventRouter', { subscriptions: [{ on: 'a.b' }, { on: 'c.*' }] }, 'eventRouter: a.b, c.*'],
  ['batch', { pattern: 'ensemble' }, 'batch: ensemble'],
] as const)('a run of %s says what runs on what, by names only', (pattern, input, summary) => {
  expect(runSummary(pattern, input)).toBe(summary);
});
