import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { FailureInfo } from '../../contracts/failures';
import { isCadenzaError } from '../../contracts/failures';
import { isWaitedFor } from '../../core/routing/is-waited-for';
import { DEFAULT_RETRY_COUNT } from '../../contracts/limits';
import type { Outcome, TreeText } from '../../contracts/tree-call';

/**
 * The same work for some nodes, side by side; outcomes in their order. A failure is the outcome of its own node, but for
 * one that may pass: that fails the activity while it has attempts left, and what was answered comes from the journal
 * then. Rejects with the cancellation where there is one.
 */
export async function eachNode<T>(
  about: readonly TreeText[],
  work: (text: TreeText) => Promise<T>,
): Promise<Outcome<T>[]> {
  const settled = await Promise.allSettled(about.map(work));
  cancellationSignal().throwIfAborted();
  return settled.map((one, index) => {
    const { node } = about[index] as TreeText;
    if (one.status === 'fulfilled') return { node, ...one.value };
    return { node, failure: failureOf(one.reason) };
  });
}

/** A failure that stands. @throws the error itself where it may pass, or is none of the failure table */
export function failureOf(error: unknown): FailureInfo {
  const { attempt, retryPolicy } = activityInfo();
  const attempts = retryPolicy?.maximumAttempts ?? DEFAULT_RETRY_COUNT.handler;
  // The next window of a budget, or a turn at the provider, is waited for by the whole activity.
  if (!isCadenzaError(error) || isWaitedFor(error.type) || (error.retryable && attempt < attempts)) throw error;
  const { type, message, field } = error;
  return { type, message, ...(field === undefined ? {} : { field }) };
}
