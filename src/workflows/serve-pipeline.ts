import { isCancellation, setHandler } from '@temporalio/workflow';
import type { GivenInput } from '../contracts/check-input.schema';
import type { PipelineResult } from '../contracts/pipeline.schema';
import {
  approveUpdate,
  pauseUpdate,
  planQuery,
  progressQuery,
  resultSoFarQuery,
  resumeUpdate,
  retryUpdate,
} from './messages';
import type { PipelineRun } from './pipeline-run';

/** Runs a pipeline to its end in a workflow that answers a pipeline's messages. */
export async function servePipeline(run: PipelineRun, input: GivenInput<'pipeline'>): Promise<PipelineResult> {
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
