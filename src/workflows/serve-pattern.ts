import { CancellationScope, CancelledFailure, ContinueAsNew, isCancellation, setHandler } from '@temporalio/workflow';
import type { FailureInfo } from '../contracts/failures';
import type { BudgetDecision } from '../contracts/pipeline-messages';
import type { RunProgress, RunStatus } from '../contracts/run';
import type { RunAccount } from '../contracts/usage.schema';
import type { BudgetGate } from './budget-gate';
import { checkBudgetDecision } from './check-budget-decision';
import { approveUpdate, progressQuery, resultSoFarQuery } from './messages';
import { describeRunFailure, runFailure } from './run-failure';

/** One run of a pattern: what the workflow executes and the queries read. */
export type PatternRun<R extends { partial: boolean }> = {
  execute(): Promise<R>;
  progress(): RunProgress;
  /** Null before the input was checked. */
  resultSoFar(): R | null;
  /** Called at the end, whatever it is. */
  finish(status: RunStatus): Promise<void>;
  /** What a budget further up had no room for: the run that has it asks, and runs this one again. */
  askedAbove?(): FailureInfo | undefined;
  /** Where the run's own budget asks at its cap; undefined before the input was checked. */
  gate?(): BudgetGate | undefined;
  /** What the run has used in the end; undefined where nothing could be asked. */
  account(): Promise<RunAccount | undefined> | undefined;
};

/**
 * Runs a pattern to its end in a workflow that answers its queries. What fails, fails the run with the typed failure, the
 * result so far as its first detail.
 */
export async function servePattern<R extends { partial: boolean }>(run: PatternRun<R>): Promise<R> {
  setHandler(progressQuery, () => run.progress());
  setHandler(resultSoFarQuery, () => run.resultSoFar());
  setHandler(approveUpdate, (decision) => run.gate?.()?.decide(decision as BudgetDecision), {
    validator: (decision) => checkBudgetDecision(decision, run.gate?.()),
  });
  try {
    const result = await run.execute();
    const above = run.askedAbove?.();
    if (above) throw runFailure(above, result);
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the run was cancelled');
    await run.finish(result.partial ? 'partial' : 'completed');
    return { ...result, ...(await run.account()) };
  } catch (error) {
    // No end: the next run goes on.
    if (error instanceof ContinueAsNew) throw error;
    const cancelled = isCancellation(error);
    await CancellationScope.nonCancellable(() => run.finish(cancelled ? 'cancelled' : 'failed'));
    if (cancelled) throw error;
    const info = run.askedAbove?.() ?? describeRunFailure(error).info;
    const account = await CancellationScope.nonCancellable(async () => run.account());
    const soFar = run.resultSoFar();
    throw runFailure(info, soFar && { ...soFar, ...account });
  }
}
