import { CancellationScope, CancelledFailure } from '@temporalio/workflow';

/** Ends a run that was cancelled, where a call was cut off and said so as its outcome. @throws CancelledFailure */
export function throwIfCancelled(): void {
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the run was cancelled');
}
