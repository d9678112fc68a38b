import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { MESSAGES } from '../contracts/names';
import type { ApprovalDecision, BudgetDecision, RetryRequest, RunPlan } from '../contracts/pipeline-messages';
import type { RunProgress } from '../contracts/run';

/** Where the run stands; answered by every pattern, also after its end. */
export const progressQuery = defineQuery<RunProgress>(MESSAGES.progress);

/** The result as far as there is one: what a cancelled run has to show. */
export const resultSoFarQuery = defineQuery<object | null>(MESSAGES.resultSoFar);

/** What the steps of a pipeline wait for; null before its input was checked. */
export const planQuery = defineQuery<RunPlan | null>(MESSAGES.plan);

/** Nothing new starts until `resume`; what runs goes on to its end. */
export const pauseUpdate = defineUpdate<void, []>(MESSAGES.pause);
export const resumeUpdate = defineUpdate<void, []>(MESSAGES.resume);

/** From a pipeline to those inside it: it was paused, or resumed. */
export const holdSignal = defineSignal<[boolean]>(MESSAGES.hold);

/** Decides an approval step, or about a budget that asks at its cap; refused at once for a step that is unknown, not waiting, or decided. */
export const approveUpdate = defineUpdate<void, [ApprovalDecision | BudgetDecision]>(MESSAGES.approve);

/** Runs a failed step of a run that goes on again, and what was skipped for it. */
export const retryUpdate = defineUpdate<void, [RetryRequest]>(MESSAGES.retry);
