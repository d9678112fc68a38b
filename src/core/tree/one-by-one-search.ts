import type { Advance } from './finish-search';
import { finishSearch } from './finish-search';
import { byScore } from './select';
import { candidatesBelow, cutCandidates } from './settle-candidates';
import { changeNodes, nodeOf } from './tree-nodes';
import type { Search } from './tree-types';

/**
 * The searches that expand one node at a time.
 * - depth-first with backtracking (Yao et al. 2023, algorithm 2): the best child of the node that was expanded last,
 *   then its other children by score, then those of the nodes before it; a cut child is not visited
 * - best-first: the best of all thoughts that were not expanded yet, wherever they are; of equals the earlier
 */
export function advanceOneByOne(search: Search): Advance {
  const { current } = search;
  if (current !== null) {
    // Asked again before its thoughts came back: the same move.
    if (!nodeOf(search, current).expanded) return { search, generate: [current] };
    // Those that are chosen may have to be checked before one of them is visited.
    return { search: settleChildren(search, current) };
  }
  const open = search.frontier.filter((id) => !nodeOf(search, id).pruned);
  const id = search.plan.search === 'dfs' ? open.at(-1) : bestOf(search, open);
  if (id === undefined) return { search: finishSearch(search, 'exhausted') };
  const rest = { ...search, frontier: open.filter((other) => other !== id) };
  if (nodeOf(search, id).depth >= search.plan.depth) return { search: visitLeaf(rest, id) };
  if (search.expansions >= search.plan.maxStates) return { search: finishSearch(search, 'max_states') };
  return { search: { ...rest, current: id }, generate: [id] };
}

/** Cuts the children of the node that was expanded last, and puts the others in line, the best one last. */
function settleChildren(search: Search, parent: number): Search {
  const { search: cut, left } = cutCandidates(search, candidatesBelow(search, [parent]));
  const ids = byScore(left.map(({ id, score }) => ({ id, score: score ?? null }))).map(({ id }) => id);
  const kept = changeNodes(cut, ids, { kept: true });
  return { ...kept, current: null, frontier: [...kept.frontier, ...ids.reverse()] };
}

function bestOf(search: Search, open: readonly number[]): number | undefined {
  const ordered = [...open].sort((a, b) => a - b);
  return byScore(ordered.map((id) => ({ id, score: nodeOf(search, id).score ?? null })))[0]?.id;
}

/** A node on the last level is not expanded; where answers are checked, its own is asked for as it is reached. */
function visitLeaf(search: Search, id: number): Search {
  const { answer, check } = search.plan;
  return answer === 'leaves' && check === 'answers' ? changeNodes(search, [id], { ready: true }) : search;
}
