import { byScore } from './select';
import { changeNodes } from './tree-nodes';
import type { Search, TreeNode } from './tree-types';

/** The thoughts below some nodes that are neither cut, chosen nor waiting for an answer. */
export function candidatesBelow({ nodes }: Search, parents: readonly number[]): TreeNode[] {
  const among = new Set(parents);
  return nodes.filter(
    (node) => node.kind === 'thought' && !node.pruned && !node.ready && !node.kept && among.has(node.parent ?? -1),
  );
}

/**
 * Cuts candidates with a score below the threshold, then those of each parent beyond its best `maxChildren`. A
 * candidate whose score could not be parsed is not below anything, but comes after all that have one.
 */
export function cutCandidates(search: Search, candidates: readonly TreeNode[]): { search: Search; left: TreeNode[] } {
  const { pruneBelow, maxChildren } = search.plan;
  const isBelow = ({ score }: TreeNode) => typeof score === 'number' && score < pruneBelow;
  const below = candidates.filter(isBelow);
  const above = candidates.filter((node) => !isBelow(node));
  const counts = new Map<number | null, number>();
  const over = new Set<number>();
  for (const { id, parent } of byScore(above.map((node) => ({ ...node, score: node.score ?? null })))) {
    const count = (counts.get(parent) ?? 0) + 1;
    counts.set(parent, count);
    if (count > maxChildren) over.add(id);
  }
  const cut = changeNodes(
    search,
    below.map(({ id }) => id),
    { pruned: 'below_threshold' },
  );
  return {
    search: changeNodes(cut, [...over], { pruned: 'too_many_children' }),
    left: above.filter(({ id }) => !over.has(id)),
  };
}
