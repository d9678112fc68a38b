import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import type { FailureInfo, FailureType } from '../contracts/failures';
import { CadenzaError, FAILURES, isCadenzaError, isFailureType } from '../contracts/failures';
import type { StepFailureDetail } from '../contracts/step-activity';
import type { Usage } from '../contracts/usage';
import { fromShown } from '../core/usage';

/** The SDK's own type for an attempt that was running when the grace time of its Worker was over. */
export const WORKER_SHUTDOWN = 'WorkerShutdown';

/** What went wrong, in the words of the failure table, with what had been used where that is known. */
export type DescribedFailure = { info: FailureInfo; detail?: StepFailureDetail };

/**
 * The failure with which a pattern itself ends, in the workflow that it ends: also one of a local activity, which comes
 * without a wrapper and with the one detail of an activity's failure.
 */
export function describeRunFailure(error: unknown): DescribedFailure {
  if (!(error instanceof ApplicationFailure)) return describeFailure(error);
  const { field, detail } = error.details?.length === 1 ? stepDetail(error) : childDetail(error);
  return { info: { ...typeOf(error), ...(field === undefined ? {} : { field }) }, ...(detail ? { detail } : {}) };
}

/** Any failure of a step: of its activity, its child workflow, or of the workflow's own code. */
export function describeFailure(error: unknown): DescribedFailure {
  const isChild = error instanceof ChildWorkflowFailure;
  const cause = error instanceof ActivityFailure || isChild ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const { field, detail } = isChild ? childDetail(cause) : stepDetail(cause);
    const info = { ...typeOf(cause), ...(field === undefined ? {} : { field }) };
    return { info, ...(detail ? { detail } : {}) };
  }
  if (isCadenzaError(cause)) {
    const { type, message, field } = cause;
    return { info: { type, message, ...(field === undefined ? {} : { field }) } };
  }
  if (cause instanceof TimeoutFailure) return { info: describeTimeout(cause) };
  if (cause instanceof CancelledFailure) return { info: { type: 'Cancelled', message: 'cancelled while it ran' } };
  if (cause instanceof TerminatedFailure) return { info: { type: 'Terminated', message: 'terminated while it ran' } };
  return { info: { type: 'Internal', message: cause instanceof Error ? cause.message : 'no reason was given' } };
}

/** A Worker without the handler, and one that ends, report errors of the SDK's own. */
function typeOf({ type, message }: ApplicationFailure): FailureInfo {
  if (isFailureType(type)) return { type, message };
  if (type === WORKER_SHUTDOWN) return { type: 'WorkerLost', message: 'the Worker that ran it was shut down' };
  if (/is not registered on this Worker/.test(message)) {
    return {
      type: 'UnknownHandler',
      message: 'the Worker that ran it has no such handler; start it with CADENZA_HANDLERS',
    };
  }
  return { type: 'Internal', message };
}

type Detail = { field?: string | undefined; detail?: StepFailureDetail };

function stepDetail({ details }: ApplicationFailure): Detail {
  const given = (details?.[0] ?? {}) as Partial<StepFailureDetail>;
  return { field: given.field, ...(given.usage ? { detail: given as StepFailureDetail } : {}) };
}

/** The first detail of a pattern's failure is its result so far, the second may name the field of its input. */
function childDetail({ details }: ApplicationFailure): Detail {
  const [result, more] = (details ?? []) as [{ usage?: Usage } | null | undefined, { field?: string } | undefined];
  if (!result?.usage) return { field: more?.field };
  const usage = fromShown(result.usage);
  return { field: more?.field, detail: { usage, models: Object.keys(usage.byModel), attempts: 1 } };
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
  throw runFailure(describeFailure(error).info, null);
}

/** A failure of a part as that of the whole. */
export function asCadenzaError({ type, message, field }: FailureInfo, prefix = ''): CadenzaError {
  return new CadenzaError(type, prefix + message, { field });
}

/** The failure of a run: its first detail is the result so far, its second the field of the input that was wrong. */
export function runFailure({ type, message, field }: FailureInfo, result: object | null): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    // Only a child has a retry policy: its parent's `retryCount` is for what may pass.
    nonRetryable: !FAILURES[type].retryable,
    details: [result, field === undefined ? {} : { field }],
  });
}
