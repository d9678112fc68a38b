import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import type { FailureType } from '../contracts/failures';
import { isCadenzaError } from '../contracts/failures';
import type { StepFailureDetail } from '../contracts/step-activity';
import { isWaitedFor } from '../core/routing/is-waited-for';

/** Longest message of a handler's own error that a failure carries. */
const MESSAGE_LIMIT = 500;

/**
 * Any error as Temporal should see it: type and retry from the failure table, a Retry-After as the next retry's delay.
 * Cancellations pass unchanged. Neither cause nor stack travels: both may quote what a handler worked on.
 */
export function toApplicationFailure(error: unknown, detail?: StepFailureDetail): Error {
  if (error instanceof CancelledFailure) return error;
  if (!isCadenzaError(error)) return create('HandlerFailed', ownMessage(error), true, detail);
  const field = error.field === undefined ? {} : { field: error.field };
  // What is no attempt is waited for by the Workflow.
  const wait = error.retryable || error.retryAfterMs === undefined ? {} : { waitMs: error.retryAfterMs };
  const more = { ...detail, ...field, ...wait };
  const details = Object.keys(more).length > 0 ? more : undefined;
  return create(error.type, error.message, error.retryable, details, error.retryAfterMs);
}

function create(
  type: FailureType,
  message: string,
  retryable: boolean,
  detail?: Partial<StepFailureDetail>,
  retryAfterMs?: number,
): ApplicationFailure {
  const failure = ApplicationFailure.create({
    type,
    message,
    nonRetryable: !retryable,
    // No failure of anything: neither logged nor counted as one.
    ...(isWaitedFor(type) ? { category: ApplicationFailureCategory.BENIGN } : {}),
    ...(detail ? { details: [detail] } : {}),
    ...(retryable && retryAfterMs !== undefined ? { nextRetryDelay: retryAfterMs } : {}),
  });
  failure.stack = `${failure.name}: ${message}`;
  return failure;
}

function ownMessage(error: unknown): string {
  // A parser's message quotes what it parsed.
  if (error instanceof SyntaxError) return 'SyntaxError';
  const message =
    error instanceof Error ? `${error.name}: ${error.message}` : 'the handler threw something that is no Error';
  return message.length > MESSAGE_LIMIT ? `${message.slice(0, MESSAGE_LIMIT)}…` : message;
}
