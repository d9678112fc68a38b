import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { GivenInput } from '../contracts/check-input.schema';
import type { InheritedContext } from '../contracts/step-activity';
import type { TreeOfThoughtResult } from '../contracts/tree-of-thought.schema';
import { ReferenceRun } from './reference-run';
import { servePattern } from './serve-pattern';
import type { CarriedTree } from './tree-of-thought-run';
import { TreeOfThoughtRun } from './tree-of-thought-run';

/**
 * A search over steps that a model proposes and judges (Yao et al. 2023, "Tree of Thoughts"): breadth-first with a beam,
 * depth-first or best-first. A branch that fails is cut and reported. Fails where every branch failed, where the root
 * has no thoughts, or where all of them were cut; the failure's first detail is the result so far. `carried` is what an
 * earlier run of the same tree hands on; nobody else's counts.
 */
export function treeOfThought(
  input: GivenInput<'treeOfThought'>,
  inherited?: InheritedContext,
  carried?: CarriedTree,
): Promise<TreeOfThoughtResult> {
  if ((input as { mode?: unknown } | null)?.mode === 'reference')
    return servePattern(new ReferenceRun(input, inherited));
  const carryOn = (next: CarriedTree) => continueAsNew<typeof treeOfThought>(input, inherited, next);
  const isContinued = workflowInfo().continuedFromExecutionRunId !== undefined;
  return servePattern(new TreeOfThoughtRun(input, inherited, isContinued ? carried : undefined, carryOn));
}
