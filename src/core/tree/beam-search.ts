import type { Advance } from './finish-search';
import { finishSearch } from './finish-search';
import { selectGreedy, selectSampled } from './select';
import { candidatesBelow, cutCandidates } from './settle-candidates';
import { changeNodes, nodeOf } from './tree-nodes';
import type { Search, TreeNode } from './tree-types';

/**
 * Breadth-first search with a beam (Yao et al. 2023, "Tree of Thoughts", algorithm 1): all nodes of a level are
 * expanded, all their thoughts evaluated, and the best of them together are the next level.
 */
export function advanceBeam(search: Search): Advance {
  const { plan, frontier, level } = search;
  const waiting = frontier.filter((id) => !nodeOf(search, id).expanded);
  if (waiting.length > 0 && level < plan.depth) {
    const room = plan.maxStates - search.expansions;
    if (room <= 0) return { search: finishSearch(search, 'max_states', frontier) };
    return { search, generate: waiting.slice(0, room) };
  }
  if (level >= plan.depth) return { search: finishSearch(search, 'depth', frontier) };
  const failed = failedLevel(search);
  if (failed) return { search: { ...search, ended: { reason: 'all_failed', failure: failed } } };
  return { search: nextLevel(search) };
}

/** The first failure of a level on which everything failed: no node could be expanded, or no thought evaluated. */
function failedLevel(search: Search) {
  const parents = search.frontier.map((id) => nodeOf(search, id));
  const among = new Set(search.frontier);
  const children = search.nodes.filter(({ kind, parent }) => kind === 'thought' && among.has(parent ?? -1));
  const paid = children.filter(({ pruned }) => pruned !== 'repeated_state');
  const tried = paid.length > 0 ? paid : parents;
  const failures = tried.filter(({ pruned }) => pruned === 'generation_failed' || pruned === 'evaluation_failed');
  return tried.length > 0 && failures.length === tried.length ? failures[0]?.failure : undefined;
}

function nextLevel(search: Search): Search {
  const depth = search.level + 1;
  const candidates = candidatesBelow(search, search.frontier);
  const { search: cut, left } = cutCandidates(search, candidates);
  if (left.length === 0) return finishSearch(cut, 'exhausted', search.frontier);
  const { chosen, tie } = choose(cut, left, depth);
  const among = new Set(chosen);
  const out = left.filter(({ id }) => !among.has(id)).map(({ id }) => id);
  const pruned = changeNodes(cut, out, { pruned: 'outside_beam' });
  const kept = changeNodes(pruned, chosen, { kept: true });
  const report = { depth, candidates: candidates.length, kept: chosen.length, tie };
  return { ...kept, frontier: chosen, level: depth, levels: [...kept.levels, report] };
}

function choose({ plan }: Search, nodes: readonly TreeNode[], depth: number) {
  const scored = nodes.map(({ id, score }) => ({ id, score: score ?? null }));
  if (plan.select === 'sample') return selectSampled(scored, plan.beamWidth, plan.seed, depth);
  return selectGreedy(scored, plan.beamWidth);
}
