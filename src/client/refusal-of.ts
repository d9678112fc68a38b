import { WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { CadenzaError, isFailureType } from '../contracts/failures';

/** How long an update may take: a Worker that has just been started takes its time. */
export const UPDATE_SECONDS = 30;

/** What a workflow answered to an update that it did not take, as a typed failure; any other error as it is. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new CadenzaError('ServerUnavailable', `no worker answered within ${UPDATE_SECONDS} seconds`);
  }
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return error;
  const { type, message, details } = error.cause;
  const { field } = (details?.[1] ?? {}) as { field?: string };
  return new CadenzaError(isFailureType(type) ? type : 'Internal', message, { field });
}
