import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { LoadedDataConverter } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { isFailureType } from '../contracts/failures';
import type { PendingAttempt } from './run-handle';

/** The activities of a run that are in a second or later attempt, with what their last one failed of. */
export async function retryingOf(
  { raw }: WorkflowExecutionDescription,
  converter: LoadedDataConverter,
): Promise<PendingAttempt[]> {
  const failing = (raw.pendingActivities ?? []).filter(({ attempt }) => (attempt ?? 1) > 1);
  return Promise.all(
    failing.map(async ({ attempt, activityType, lastFailure }) => {
      const type = lastFailure?.applicationFailureInfo?.type;
      // Where payloads are encrypted, what a failure says is too.
      const failure = await decodeOptionalFailureToOptionalError(converter, lastFailure);
      const shown = failure && {
        type: isFailureType(type) ? type : ('WorkerLost' as const),
        message: failure.message,
      };
      return {
        activityType: activityType?.name ?? '',
        attempt: attempt ?? 1,
        ...(shown ? { lastFailure: shown } : {}),
      };
    }),
  );
}
