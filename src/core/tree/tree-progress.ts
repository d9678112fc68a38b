import type { TreeProgress } from '../../contracts/run';
import { bestLeaf, scoreOfNode } from './best-leaf';
import type { Search } from './tree-types';

/** How far a search has come: what the progress of a run shows of it. */
export function treeProgress(search: Search): TreeProgress {
  const { nodes, plan } = search;
  const best = bestLeaf(search);
  return {
    nodes: nodes.length,
    level: nodes.reduce((most, { depth, kind }) => (kind === 'answer' ? most : Math.max(most, depth)), 0),
    depth: plan.depth,
    expanded: nodes.filter(({ expanded }) => expanded).length,
    pruned: nodes.filter(({ pruned }) => pruned !== undefined).length,
    bestScore: best ? scoreOfNode(best, nodes) : null,
    verified: best?.goal === true,
    levels: levelsOf(nodes),
  };
}

function levelsOf(nodes: Search['nodes']): NonNullable<TreeProgress['levels']> {
  const thoughts = nodes.filter(({ kind, depth }) => kind !== 'answer' && depth > 0);
  const deepest = thoughts.reduce((most, { depth }) => Math.max(most, depth), 0);
  return Array.from({ length: deepest }, (_, index) => {
    const here = thoughts.filter(({ depth }) => depth === index + 1);
    const scores = here.flatMap(({ score }) => (typeof score === 'number' ? [score] : []));
    return {
      level: index + 1,
      nodes: here.length,
      pruned: here.filter(({ pruned }) => pruned !== undefined).length,
      bestScore: scores.length > 0 ? scores.reduce((most, score) => Math.max(most, score)) : null,
    };
  });
}

/** The same in one sentence. */
export function treeSentence({ nodes, level, depth, pruned, bestScore, verified }: TreeProgress): string {
  const facts = [
    `level ${level} of ${depth}`,
    nodes === 1 ? '1 node' : `${nodes} nodes`,
    ...(pruned > 0 ? [`${pruned} pruned`] : []),
    ...(bestScore === null ? [] : [`best score ${Number(bestScore.toPrecision(4))}`]),
    ...(verified ? ['a verified solution'] : []),
  ];
  return facts.join(', ');
}
