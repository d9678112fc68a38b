import { CadenzaError } from '../../contracts/failures';
import type { JsonValue } from '../../contracts/json';
import type { TreeOfThoughtResult } from '../../contracts/tree-of-thought.schema';
import { nodeOf } from './tree-nodes';
import type { PrunedBranch, SearchResult } from './search-result';
import type { Search } from './tree-types';

/** Failures whose whole message is in a result; of more, the type says enough. */
const MOST_MESSAGES = 200;

type Told = Omit<TreeOfThoughtResult, 'tree' | 'usage' | 'partial' | 'partialReason'>;

/** What a result says of a search, but for the tree itself. `shown` is its {@link SearchResult}. */
export function toldResult(search: Search, { best, ...shown }: SearchResult): Told {
  const path = best?.path ?? [];
  return {
    bestPath: path.map((id) => nodeOf(search, id).thought),
    bestScore: best?.score ?? null,
    finalSolution: best?.solution ?? null,
    verified: best?.verified ?? false,
    ended: shown.ended,
    pruned: shown.pruned.map(shortened) as TreeOfThoughtResult['pruned'],
    unexplored: shown.unexplored,
    levels: shown.levels as unknown as JsonValue[],
    samples: shown.samples,
  };
}

function shortened(branch: PrunedBranch, index: number): PrunedBranch {
  if (!('failure' in branch) || !branch.failure || index < MOST_MESSAGES) return branch;
  return { ...branch, failure: { type: branch.failure.type, message: '' } };
}

/**
 * Refuses the end of a search that leaves no solution and was not stopped from outside.
 * @throws CadenzaError the first failure where everything failed; `BudgetExceeded` where it was stopped at its root; `ModelOutputInvalid` where there were no thoughts;
 * `AllRejected` where all of them were cut
 */
export function checkSolved(search: Search, { best }: SearchResult): void {
  const { ended, nodes } = search;
  if (ended?.reason === 'all_failed' && ended.failure) {
    const { type, message, field } = ended.failure;
    throw new CadenzaError(type, `every branch failed; the first: ${message}`, { field });
  }
  if (ended?.reason === 'no_thoughts') {
    const what = 'the model gave no thought that could be gone on from';
    throw new CadenzaError('ModelOutputInvalid', `the root of the tree has no thoughts: ${what}`);
  }
  if (ended?.reason === 'stopped' && nodes.length === 1) {
    throw new CadenzaError('BudgetExceeded', ended.why ?? 'nothing is left to spend', { field: 'budget' });
  }
  if (best || ended?.reason === 'stopped') return;
  throw new CadenzaError(
    'AllRejected',
    `all ${nodes.length - 1} thoughts of the tree were cut, so there is no solution`,
  );
}
