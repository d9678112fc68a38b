import type { GivenInput } from '../contracts/check-input.schema';
import type { PipelineResult } from '../contracts/pipeline.schema';
import type { InheritedContext } from '../contracts/step-activity';
import { PipelineRun } from './pipeline-run';
import { servePipeline } from './serve-pipeline';

/**
 * Runs the steps of a definition: each as soon as the steps it refers to have ended and its trigger rule allows it.
 * `inherited` comes from the pattern that starts this one as a child. Fails with the first failed step's typed failure,
 * whose first detail is the result so far.
 */
export function pipeline(input: GivenInput<'pipeline'>, inherited?: InheritedContext): Promise<PipelineResult> {
  return servePipeline(new PipelineRun(inherited), input);
}
