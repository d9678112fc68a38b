import type { Search, TreeNode } from './tree-types';

/** The node of an id. @throws RangeError for an id that the tree does not have, which is a defect of the caller */
export function nodeOf({ nodes }: Pick<Search, 'nodes'>, id: number): TreeNode {
  const node = nodes[id];
  if (!node) throw new RangeError(`the tree has ${nodes.length} nodes, so none with the id ${id}`);
  return node;
}

/** The search with some nodes changed; nothing else is touched. */
export function withNodes(search: Search, changes: ReadonlyMap<number, Partial<TreeNode>>): Search {
  if (changes.size === 0) return search;
  const nodes = [...search.nodes];
  for (const [id, change] of changes) nodes[id] = { ...nodeOf(search, id), ...change };
  return { ...search, nodes };
}

/** The same change for several nodes. */
export function changeNodes(search: Search, ids: readonly number[], change: Partial<TreeNode>): Search {
  return withNodes(search, new Map(ids.map((id) => [id, change])));
}

/** The ids from the root to a node, both included. */
export function pathTo(search: Pick<Search, 'nodes'>, id: number): number[] {
  const path: number[] = [];
  for (let at: number | null = id; at !== null; at = nodeOf(search, at).parent) path.push(at);
  return path.reverse();
}
