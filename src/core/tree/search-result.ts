import type { FailureInfo } from '../../contracts/failures';
import type { JsonValue } from '../../contracts/json';
import { bestLeaf, scoreOfNode } from './best-leaf';
import { nodeOf, pathTo } from './tree-nodes';
import type { DropReason, EndReason, LevelReport, PruneReason, Search, TreeNode } from './tree-types';

/** A node as results show it. */
export type ShownNode = {
  id: number;
  parent: number | null;
  depth: number;
  kind: TreeNode['kind'];
  thought: JsonValue;
  score: number | null;
  /** `best`: on the best path. `open`: it could have been gone on from. `leaf`: nothing follows, and it was not cut. */
  status: 'best' | 'verified' | 'expanded' | 'open' | 'leaf' | 'pruned';
  /** Why it was cut. */
  reason?: PruneReason;
  /** What went wrong with it and did not cut it: its check, or the answer that was to be written from it. */
  failure?: FailureInfo;
};

/** A branch that was cut, or thoughts that never became one, with the reason. */
export type PrunedBranch =
  | { node: number; parent: number; reason: PruneReason; repeats?: number; failure?: FailureInfo }
  | { parent: number; reason: DropReason; count: number };

/** What a search comes to. `best` is undefined where nothing but the root is left. */
export type SearchResult = {
  nodes: ShownNode[];
  best?: { path: number[]; solution: JsonValue; score: number | null; verified: boolean };
  pruned: PrunedBranch[];
  /** Thoughts that could have been gone on from when the search ended. */
  unexplored: number[];
  levels: LevelReport[];
  samples: { asked: number; unparsed: number };
  ended: EndReason | 'running';
};

/**
 * The result of a search, at its end or so far. The solution is the last thought of the best path, which is the answer
 * where there is one.
 */
export function searchResult(search: Search): SearchResult {
  const leaf = bestLeaf(search);
  const path = leaf ? pathTo(search, leaf.id) : [];
  const onPath = new Set(path);
  return {
    nodes: search.nodes.map((node) => shownNode(node, search, onPath)),
    ...(leaf && {
      best: {
        path,
        solution: leaf.thought,
        score: scoreOfNode(leaf, search.nodes),
        verified: leaf.goal === true,
      },
    }),
    pruned: [...search.nodes.flatMap(prunedBranch), ...search.drops],
    unexplored: search.nodes.filter((node) => isOpen(node, search)).map(({ id }) => id),
    levels: search.levels,
    samples: search.samples,
    ended: search.ended?.reason ?? 'running',
  };
}

/** The path to a node as it travels: the list of {@link thoughtsTo}, or where that is stored. */
export function pathOf(search: Search, id: number): JsonValue {
  return nodeOf(search, id).path ?? thoughtsTo(search, id);
}

/** The thoughts from the root's first one to a node: what a prompt calls the path. */
export function thoughtsTo(search: Search, id: number): JsonValue[] {
  return pathTo(search, id)
    .slice(1)
    .map((node) => nodeOf(search, node).thought);
}

function shownNode(node: TreeNode, search: Search, onPath: ReadonlySet<number>): ShownNode {
  const { id, parent, depth, kind, thought } = node;
  return {
    id,
    parent,
    depth,
    kind,
    thought,
    score: scoreOfNode(node, search.nodes),
    status: statusOf(node, search, onPath),
    ...(node.pruned && { reason: node.pruned }),
    ...(node.failure && !node.pruned && { failure: node.failure }),
  };
}

function statusOf(node: TreeNode, search: Search, onPath: ReadonlySet<number>): ShownNode['status'] {
  if (node.pruned) return 'pruned';
  if (node.goal === true) return 'verified';
  if (onPath.has(node.id)) return 'best';
  if (node.expanded) return 'expanded';
  return isOpen(node, search) ? 'open' : 'leaf';
}

function isOpen({ kind, pruned, expanded, answered, goal, depth }: TreeNode, { plan }: Search): boolean {
  return kind !== 'answer' && !pruned && !expanded && !answered && goal !== true && depth < plan.depth;
}

function prunedBranch({ id, parent, pruned, repeats, failure }: TreeNode): PrunedBranch[] {
  if (!pruned) return [];
  const branch = { node: id, parent: parent ?? 0, reason: pruned };
  return [{ ...branch, ...(repeats !== undefined && { repeats }), ...(failure && { failure }) }];
}
