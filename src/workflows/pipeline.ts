import { isCancellation, setHandler } from '@temporalio/workflow';
import type { GivenInput } from '../contracts/check-input.schema';
import type { PipelineResult } from '../contracts/pipeline.schema';
import { progressQuery, resultSoFarQuery } from './messages';
import { PipelineRun } from './pipeline-run';

/**
 * Runs the steps of a definition: each as soon as the steps it refers to have ended and its trigger rule allows it.
 * Fails with the first failed step's typed failure, whose first detail is the result so far.
 */
export async function pipeline(input: GivenInput<'pipeline'>): Promise<PipelineResult> {
  const run = new PipelineRun();
  setHandler(progressQuery, () => run.progress());
  setHandler(resultSoFarQuery, () => run.resultSoFar());
  try {
    const result = await run.execute(input);
    run.finish('completed');
    return result;
  } catch (error) {
    run.finish(isCancellation(error) ? 'cancelled' : 'failed');
    throw error;
  }
}
