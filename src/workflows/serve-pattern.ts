import { CancellationScope, CancelledFailure, ContinueAsNew, isCancellation, setHandler } from '@temporalio/workflow';
import type { RunProgress, RunStatus } from '../contracts/run';
import { progressQuery, resultSoFarQuery } from './messages';
import { describeRunFailure, runFailure } from './run-failure';

/** One run of a pattern: what the workflow executes and the queries read. */
export type PatternRun<R extends { partial: boolean }> = {
  execute(): Promise<R>;
  progress(): RunProgress;
  /** Null before the input was checked. */
  resultSoFar(): R | null;
  /** Called at the end, whatever it is. */
  finish(status: RunStatus): Promise<void>;
};

/**
 * Runs a pattern to its end in a workflow that answers its queries. What fails, fails the run with the typed failure, the
 * result so far as its first detail.
 */
export async function servePattern<R extends { partial: boolean }>(run: PatternRun<R>): Promise<R> {
  setHandler(progressQuery, () => run.progress());
  setHandler(resultSoFarQuery, () => run.resultSoFar());
  try {
    const result = await run.execute();
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the run was cancelled');
    await run.finish(result.partial ? 'partial' : 'completed');
    return result;
  } catch (error) {
    // No end: the next run goes on.
    if (error instanceof ContinueAsNew) throw error;
    const cancelled = isCancellation(error);
    await CancellationScope.nonCancellable(() => run.finish(cancelled ? 'cancelled' : 'failed'));
    if (cancelled) throw error;
    const { info } = describeRunFailure(error);
    throw runFailure(info, run.resultSoFar());
  }
}
