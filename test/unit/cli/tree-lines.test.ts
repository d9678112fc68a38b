import { widthOf } from '../../../src/cli/render/layout';
import { PLAIN } from '../../../src/cli/render/paint';
import { progressLines } from '../../../src/cli/render/step-lines';
import { treeDecisionLines } from '../../../src/cli/render/tree-lines';
import type { TreeOfThoughtResult } from '../../../src/contracts/tree-of-thought.schema';
import { showUsage } from '../../../src/core/usage';

const node = (id: number, parent: number | null, thought: string, score: number | null, more: object = {}) => ({
  id,
  parent,
  depth: parent === null ? 0 : 1,
  kind: parent === null ? 'root' : 'thought',
  thought,
  score,
  status: 'leaf',
  ...more,
});

const result = (more: Partial<TreeOfThoughtResult> = {}) =>
  ({
    tree: {
      nodes: [
        node(0, null, '4 5 6 10', null, { status: 'best' }),
        node(1, 0, '10 - 4 = 6 (left: 5 6 6)', 20, { status: 'best' }),
        node(2, 0, '5 + 6 = 11\u001b[2J', 1.23456),
        node(3, 0, 'a long thought '.repeat(20), 0.001, { status: 'pruned', reason: 'outside_beam' }),
        node(4, 0, 'again', null, { status: 'pruned', reason: 'repeated_state' }),
        node(5, 1, 'the answer', null, { status: 'verified', kind: 'answer' }),
      ],
    },
    bestPath: ['4 5 6 10', '10 - 4 = 6 (left: 5 6 6)', 'the answer'],
    bestScore: 20,
    finalSolution: 'the answer',
    verified: true,
    ended: 'goal',
    pruned: [
      { node: 3, parent: 0, reason: 'outside_beam' },
      { node: 4, parent: 0, reason: 'repeated_state', repeats: 2 },
      { parent: 0, reason: 'empty', count: 2 },
    ],
    samples: { asked: 9, unparsed: 2 },
    usage: showUsage({}),
    partial: false,
    ...more,
  }) as TreeOfThoughtResult;

const shown = (given: TreeOfThoughtResult, columns = 79) => {
  const lines = treeDecisionLines(given, { columns, paint: PLAIN });
  expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
  return lines.join('\n');
};

test('a tree is drawn with the way to its solution, scores, and what was pruned and why', () => {
  const text = shown(result());
  expect(text.replace(/\s+/g, ' ')).toContain(
    'The search ended at a verified solution; 6 nodes; pruned: 1 outside beam, 1 repeated state, 2 empty; 2 of 9 samples could not be parsed',
  );
  expect(text).toMatch(/^ {2}├─ 10 - 4 = 6 \(left: 5 6 6\) +20$/m);
  expect(text).toMatch(/^ {2}│ {2}└─ the answer +✓$/m);
  expect(text).toMatch(/^ {2}├─ 5 \+ 6 = 11 +1\.235$/m);
  expect(text).toMatch(/^ {2}└─ 2 pruned: 1 outside beam, 1 repeated state$/m);
  expect(text).not.toContain('\u001b');
});

test('on a narrow terminal no line is too long', () => expect(shown(result(), 40)).toContain('├─ 10 - 4 = 6'));

test('of a large tree, which is stored, the best path is drawn', () => {
  const tree = { ref: `sha256:${'a'.repeat(64)}`, bytes: 400_000, mediaType: 'application/json' };
  expect(shown(result({ tree, pruned: [], ended: 'stopped', verified: false }))).toBe(
    [
      '  The search was stopped; 2 of 9 samples could not be parsed',
      '  4 5 6 10',
      '     10 - 4 = 6 (left: 5 6 6)',
      '        the answer',
    ].join('\n'),
  );
});

test('more lines than fit are counted', () => {
  const nodes = [node(0, null, 'P', null), ...Array.from({ length: 60 }, (_, index) => node(index + 1, 0, 't', 1))];
  nodes.at(-1)!.status = 'best';
  expect(shown(result({ tree: { nodes } as never }))).toContain('and 31 more lines');
});

test('while it runs, the tree is told in a sentence above the steps', () => {
  const lines = progressLines(
    {
      pattern: 'treeOfThought',
      status: 'running',
      startedAt: '2026-01-01T00:00:00.000Z',
      steps: [{ name: 'generate', status: 'running' }],
      usage: showUsage({}),
      tree: { nodes: 13, level: 2, depth: 3, expanded: 4, pruned: 2, bestScore: 0.51234, verified: false },
    },
    { columns: 79, paint: PLAIN, now: 0 },
  );
  expect(lines[0]).toBe('  level 2 of 3, 13 nodes, 2 pruned, best score 0.5123');
});
