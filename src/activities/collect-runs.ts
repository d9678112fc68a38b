import { setTimeout as sleep } from 'node:timers/promises';
import { cancellationSignal, getClient } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import type { EndedItem, ItemOutcome } from '../contracts/batch-messages';
import type { FailureInfo } from '../contracts/failures';
import { isFailureType } from '../contracts/failures';
import type { AnsweringPattern } from '../contracts/names';
import { MESSAGES } from '../contracts/names';
import type { RunProgress } from '../contracts/run';
import type { CallUsage, Usage } from '../contracts/usage';
import { childOutcome } from '../core/batch/child-outcome';
import { fromShown } from '../core/usage';

const POLL_MS = 1_000;

/** Runs that are looked at together. */
const AT_ONCE = 20;

/** How long a run that was cut off is asked for what it has used. */
const QUERY_MS = 3_000;

const NO_USAGE: CallUsage = { byModel: {} };

/**
 * Waits until one of these runs has ended, or for so many seconds, and gives all that have. For runs whose parent has
 * continued as new: a parent hears of the end of a child only in the run that started it.
 */
export async function collectRuns(
  pattern: AnsweringPattern,
  workflowIds: string[],
  seconds: number,
): Promise<EndedItem[]> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const ended: EndedItem[] = [];
    for (let from = 0; from < workflowIds.length; from += AT_ONCE) {
      const some = workflowIds.slice(from, from + AT_ONCE);
      const outcomes = await Promise.all(some.map((workflowId) => outcomeOf(pattern, workflowId)));
      some.forEach((workflowId, index) => {
        const outcome = outcomes[index];
        if (outcome) ended.push({ workflowId, outcome });
      });
    }
    if (ended.length > 0 || Date.now() + POLL_MS > end) return ended;
    await sleep(POLL_MS, undefined, { signal: cancellationSignal() });
  }
}

/** Undefined where the run goes on. */
async function outcomeOf(pattern: AnsweringPattern, workflowId: string): Promise<ItemOutcome | undefined> {
  const handle = getClient().workflow.getHandle(workflowId);
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') return undefined;
    return childOutcome(pattern, (await handle.result()) as Parameters<typeof childOutcome>[1]);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'WorkflowNotFoundError') {
      return { usage: NO_USAGE, error: { type: 'Terminated', message: 'its run is not there any more' } };
    }
    if (error.name !== 'WorkflowFailedError') throw error;
    const outcome = failedOutcome((error as Error & { cause?: unknown }).cause);
    return outcome.error?.type === 'Cancelled' ? { ...outcome, usage: await usageOf(workflowId) } : outcome;
  }
}

function failedOutcome(cause: unknown): ItemOutcome & { error: FailureInfo } {
  if (cause instanceof ApplicationFailure) {
    const [result, more] = (cause.details ?? []) as [
      { usage?: Usage } | null | undefined,
      { field?: string } | undefined,
    ];
    const field = more?.field === undefined ? {} : { field: more.field };
    const type = isFailureType(cause.type) ? cause.type : 'Internal';
    return {
      usage: result?.usage ? fromShown(result.usage) : NO_USAGE,
      error: { type, message: cause.message, ...field },
    };
  }
  const error: FailureInfo =
    cause instanceof CancelledFailure
      ? { type: 'Cancelled', message: 'cancelled while it ran' }
      : cause instanceof TerminatedFailure
        ? { type: 'Terminated', message: 'terminated while it ran' }
        : cause instanceof TimeoutFailure
          ? { type: 'TimedOut', message: 'took longer than it was given' }
          : { type: 'Internal', message: 'no reason was given' };
  return { usage: NO_USAGE, error };
}

/** A cancellation carries nothing, so the run is asked; nothing where no Worker answers in time. */
async function usageOf(workflowId: string): Promise<CallUsage> {
  const client = getClient();
  const ask = () => client.workflow.getHandle(workflowId).query<RunProgress>(MESSAGES.progress);
  return client.withDeadline(Date.now() + QUERY_MS, ask).then(
    ({ usage }) => fromShown(usage),
    () => NO_USAGE,
  );
}
