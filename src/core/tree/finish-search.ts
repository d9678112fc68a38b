import { bestLeaf } from './best-leaf';
import { changeNodes, nodeOf } from './tree-nodes';
import type { EndReason, Search } from './tree-types';

/** What a strategy decided: the nodes whose thoughts to generate, or only a search that knows more. */
export type Advance = { search: Search; generate?: number[] };

/**
 * The end of a search that has nothing left to expand: first the answers of the leaves, where answers are written from
 * leaves and none was asked for yet (all of them where answers are checked, else the best), then the end itself.
 */
export function finishSearch(search: Search, reason: EndReason, leaves: readonly number[] = []): Search {
  const best = bestLeaf(search);
  if (!best) return { ...search, ended: emptyEnd(search) };
  const asked = search.nodes.some(({ answered }) => answered);
  if (search.plan.answer === 'leaves' && !asked) {
    const alive = leaves.filter((id) => !nodeOf(search, id).pruned);
    const from = search.plan.check === 'answers' && alive.length > 0 ? alive : [best.id];
    return changeNodes(search, from, { ready: true });
  }
  return { ...search, ended: { reason } };
}

/** Everything was cut: since the model had no thoughts, since all calls failed, or by the search's own threshold. */
function emptyEnd({ nodes }: Search): NonNullable<Search['ended']> {
  const paid = nodes.filter(({ kind, pruned }) => kind !== 'root' && pruned !== 'repeated_state');
  const tried = paid.length > 0 ? paid : nodes;
  const failures = tried.flatMap(({ failure }) => (failure ? [failure] : []));
  const failure = failures.length === tried.length ? failures[0] : undefined;
  if (failure) return { reason: 'all_failed', failure };
  return { reason: paid.length > 0 ? 'exhausted' : 'no_thoughts' };
}
