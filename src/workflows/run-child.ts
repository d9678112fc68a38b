import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { JsonValue } from '../contracts/json';
import { DEFAULT_RETRY_COUNT, MAX_PENDING } from '../contracts/limits';
import type { AnsweringPattern } from '../contracts/names';
import { MAIN_OUTPUT } from '../contracts/names';
import type { InheritedContext } from '../contracts/step-activity';
import type { CallUsage, Usage } from '../contracts/usage';
import { AtOnce } from '../core/at-once';
import { fromShown } from '../core/usage';

/** `TRY_CANCEL` does not wait for the end of a child that is cancelled. */
export type ChildOptions = {
  retryCount?: number | undefined;
  timeoutSeconds?: number | undefined;
  cancellationType?: 'TRY_CANCEL';
};

type Child = (...args: unknown[]) => Promise<Record<string, JsonValue>>;

const children = new AtOnce(MAX_PENDING);

/** `partial` says why the output is only a part of what was asked for. */
export type ChildResult = { output: JsonValue; usage: CallUsage; partial?: string };

/**
 * A pattern inside another one, as a child workflow, with its parent's tenant, models and journal: its main output and
 * what it used. `path` names it in the journal and in its id; `parent` is what the parent itself works with.
 */
export async function runChild(
  pattern: AnsweringPattern,
  input: Record<string, JsonValue>,
  path: string,
  parent: InheritedContext,
  { retryCount, timeoutSeconds, cancellationType }: ChildOptions = {},
): Promise<ChildResult> {
  const { tenant, pins, depth, journal, stepPrefix, ...more } = parent;
  const inherited = { tenant, pins, depth: depth + 1, journal, stepPrefix: `${stepPrefix}${path}/`, ...more };
  const options = {
    args: [input, inherited] as unknown[],
    workflowId: `${workflowInfo().workflowId}/${path}`,
    parentClosePolicy: 'REQUEST_CANCEL' as const,
    staticSummary: `${path}: ${pattern}`,
    retry: { maximumAttempts: retryCount ?? DEFAULT_RETRY_COUNT.pattern },
    ...(cancellationType === undefined ? {} : { cancellationType }),
    ...(timeoutSeconds === undefined ? {} : { workflowExecutionTimeout: timeoutSeconds * 1000 }),
  };
  const result = await children.run(() => executeChild<Child>(pattern, options));
  const reason = result['partialReason'];
  return {
    output: result[MAIN_OUTPUT[pattern]] ?? null,
    usage: fromShown(result['usage'] as unknown as Usage),
    ...(typeof reason === 'string' ? { partial: reason } : {}),
  };
}
