import { setHandler, workflowInfo } from '@temporalio/workflow';
import type { BatchResult } from '../contracts/batch.schema';
import type { GivenInput } from '../contracts/check-input.schema';
import type { BatchState } from '../core/batch/batch-state';
import { BatchRun } from './batch-run';
import { pauseUpdate, resumeUpdate } from './messages';
import { servePattern } from './serve-pattern';

/**
 * One pattern over many items, so many at once, each as a child workflow. What fails is reported and stops no other; only
 * a batch of which every item failed fails itself, with `AllItemsFailed`. It continues as new with all that it knows, and
 * items that run go on meanwhile.
 */
export function batch(input: GivenInput<'batch'>, carried?: BatchState): Promise<BatchResult> {
  const isContinued = workflowInfo().continuedFromExecutionRunId !== undefined;
  const run = new BatchRun(input, isContinued ? carried : undefined);
  setHandler(pauseUpdate, () => run.setPaused(true), { validator: () => run.checkPausing(true) });
  setHandler(resumeUpdate, () => run.setPaused(false), { validator: () => run.checkPausing(false) });
  return servePattern(run);
}
