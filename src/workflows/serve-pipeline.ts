import { ApplicationFailure } from '@temporalio/common';
import { isCancellation, setHandler } from '@temporalio/workflow';
import type { GivenInput } from '../contracts/check-input.schema';
import type { PipelineResult } from '../contracts/pipeline.schema';
import { checkBudgetDecision, isBudgetDecision } from './check-budget-decision';
import {
  approveUpdate,
  holdSignal,
  pauseUpdate,
  planQuery,
  progressQuery,
  resultSoFarQuery,
  resumeUpdate,
  retryUpdate,
} from './messages';
import type { PipelineRun } from './pipeline-run';
import { describeRunFailure, runFailure } from './run-failure';

/** A failure's first detail is the result so far: what became of the budget belongs to it. */
async function withBudget(error: unknown, run: PipelineRun): Promise<unknown> {
  const budget = await run.budget();
  if (!(error instanceof ApplicationFailure) || !('budget' in budget)) return error;
  const [result] = (error.details ?? []) as [PipelineResult | null];
  return runFailure(describeRunFailure(error).info, result && { ...result, ...budget });
}

/** Runs a pipeline to its end in a workflow that answers a pipeline's messages. */
export async function servePipeline(run: PipelineRun, input: GivenInput<'pipeline'>): Promise<PipelineResult> {
  setHandler(progressQuery, () => run.progress());
  setHandler(resultSoFarQuery, () => run.resultSoFar());
  setHandler(planQuery, () => run.shownPlan());
  setHandler(pauseUpdate, () => run.setPaused(true), { validator: () => run.checkPausing(true) });
  setHandler(resumeUpdate, () => run.setPaused(false), { validator: () => run.checkPausing(false) });
  setHandler(holdSignal, (paused) => run.setPaused(paused === true));
  setHandler(
    approveUpdate,
    (given) => (isBudgetDecision(given) ? run.gate?.decide(given) : run.approvals.decide(given)),
    {
      validator: (given) =>
        isBudgetDecision(given) ? checkBudgetDecision(given, run.gate) : run.approvals.check(given),
    },
  );
  setHandler(retryUpdate, (request) => run.retry(request), { validator: (request) => run.checkRetry(request) });
  try {
    const result = await run.execute(input);
    run.finish(result.partial ? 'partial' : 'completed');
    return { ...result, ...(await run.budget()) };
  } catch (error) {
    run.finish(isCancellation(error) ? 'cancelled' : 'failed');
    throw await withBudget(error, run);
  }
}
