import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import type { FailureInfo, FailureType } from '../contracts/failures';
import { isCadenzaError, isFailureType } from '../contracts/failures';
import type { StepFailureDetail } from '../contracts/step-activity';
import type { Usage } from '../contracts/usage';
import { fromShown } from '../core/usage';

/** A failed activity in the words of the failure table, with what it had used where it could still say so. */
export function describeFailure(error: unknown): { info: FailureInfo; detail?: StepFailureDetail } {
  const cause = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const detail = error instanceof ChildWorkflowFailure ? childDetail(cause) : stepDetail(cause);
    const type = isFailureType(cause.type) ? cause.type : 'Internal';
    const info = { type, message: cause.message, ...(detail?.field === undefined ? {} : { field: detail.field }) };
    return { info, ...(detail?.usage ? { detail } : {}) };
  }
  if (isCadenzaError(cause)) return { info: { type: cause.type, message: cause.message } };
  if (cause instanceof TimeoutFailure) return { info: describeTimeout(cause) };
  if (cause instanceof CancelledFailure) return { info: { type: 'Cancelled', message: 'cancelled while it ran' } };
  return { info: { type: 'Internal', message: cause instanceof Error ? cause.message : 'no reason was given' } };
}

function stepDetail({ details }: ApplicationFailure): StepFailureDetail | undefined {
  return (details?.[0] ?? undefined) as StepFailureDetail | undefined;
}

/** The first detail of a pattern's failure is its result so far, the second may name the field of its input. */
function childDetail({ details }: ApplicationFailure): StepFailureDetail | undefined {
  const [result, more] = (details ?? []) as [{ usage?: Usage } | null | undefined, { field?: string } | undefined];
  if (!result?.usage) return undefined;
  const usage = fromShown(result.usage);
  return { usage, models: Object.keys(usage.byModel), attempts: 1, ...more };
}

function describeTimeout({ timeoutType }: TimeoutFailure): FailureInfo {
  const [type, message]: [FailureType, string] =
    timeoutType === 'HEARTBEAT'
      ? ['WorkerLost', 'the Worker that ran it stopped answering, in every attempt']
      : timeoutType === 'START_TO_CLOSE'
        ? ['HandlerTimeout', 'did not return within its timeoutSeconds, in every attempt']
        : ['StepTimeout', 'all attempts together took longer than the step is given'];
  return { type, message };
}

/** Ends the run with an activity's own typed failure instead of Temporal's wrapper around it. @throws always */
export function asRunFailure(error: unknown): never {
  if (isCancellation(error)) throw error;
  const { info } = describeFailure(error);
  const { type, message, ...field } = info;
  throw ApplicationFailure.create({ type, message, nonRetryable: true, details: [null, field] });
}
