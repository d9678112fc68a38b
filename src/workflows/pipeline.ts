import { isCancellation, setHandler } from '@temporalio/workflow';
import type { GivenInput } from '../contracts/check-input.schema';
import type { PipelineResult } from '../contracts/pipeline.schema';
import type { InheritedContext } from '../contracts/step-activity';
import {
  approveUpdate,
  pauseUpdate,
  planQuery,
  progressQuery,
  resultSoFarQuery,
  resumeUpdate,
  retryUpdate,
} from './messages';
import { PipelineRun } from './pipeline-run';

/**
 * Runs the steps of a definition: each as soon as the steps it refers to have ended and its trigger rule allows it.
 * `inherited` comes from the pattern that starts this one as a child. Fails with the first failed step's typed failure,
 * whose first detail is the result so far.
 */
export async function pipeline(input: GivenInput<'pipeline'>, inherited?: InheritedContext): Promise<PipelineResult> {
  const run = new PipelineRun(inherited);
  setHandler(progressQuery, () => run.progress());
  setHandler(resultSoFarQuery, () => run.resultSoFar());
  setHandler(planQuery, () => run.shownPlan());
  setHandler(pauseUpdate, () => run.setPaused(true), { validator: () => run.checkPausing(true) });
  setHandler(resumeUpdate, () => run.setPaused(false), { validator: () => run.checkPausing(false) });
  setHandler(approveUpdate, (decision) => run.approvals.decide(decision), {
    validator: (decision) => run.approvals.check(decision),
  });
  setHandler(retryUpdate, (request) => run.retry(request), { validator: (request) => run.checkRetry(request) });
  try {
    const result = await run.execute(input);
    run.finish('completed');
    return result;
  } catch (error) {
    run.finish(isCancellation(error) ? 'cancelled' : 'failed');
    throw error;
  }
}
