import type { Search, TreeNode } from './tree-types';

/**
 * The leaf that a search answers with, or undefined where nothing is left but the root. A leaf was not cut, and nothing
 * below it is left; thoughts that nobody has judged count only where there are no others. In this order: verified leaves
 * first, answers before thoughts, those with a score before those without, the deeper, the better score (an answer
 * without one has its thought's), the earlier. So no best path leads into a cut branch.
 */
export function bestLeaf({ nodes }: Pick<Search, 'nodes'>): TreeNode | undefined {
  const alive = nodes.filter(({ pruned, kind }) => pruned === undefined && kind !== 'root');
  return bestOf(alive.filter(isJudged), nodes) ?? bestOf(alive, nodes);
}

function bestOf(among: readonly TreeNode[], nodes: readonly TreeNode[]): TreeNode | undefined {
  const parents = new Set(among.map(({ parent }) => parent));
  return among
    .filter(({ id }) => !parents.has(id))
    .reduce<TreeNode | undefined>((best, leaf) => (best && !better(leaf, best, nodes) ? best : leaf), undefined);
}

/** Evaluated, verified, an answer, or good enough to write one from. */
function isJudged({ kind, score, goal, ready }: TreeNode): boolean {
  return kind === 'answer' || score !== undefined || goal === true || ready === true;
}

/** The score of a node; of an answer that was not evaluated, that of the thought it was written from. */
export function scoreOfNode(node: TreeNode, nodes: readonly TreeNode[]): number | null {
  if (node.score !== undefined || node.kind !== 'answer' || node.parent === null) return node.score ?? null;
  return nodes[node.parent]?.score ?? null;
}

function better(leaf: TreeNode, than: TreeNode, nodes: readonly TreeNode[]): boolean {
  const rank = (node: TreeNode) => {
    const score = scoreOfNode(node, nodes);
    return [node.goal === true ? 1 : 0, node.kind === 'answer' ? 1 : 0, score === null ? 0 : 1, node.depth, score ?? 0];
  };
  const mine = rank(leaf);
  const theirs = rank(than);
  const place = mine.findIndex((value, index) => value !== theirs[index]);
  return place !== -1 && (mine[place] ?? 0) > (theirs[place] ?? 0);
}
