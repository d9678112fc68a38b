import type { Headers, Sinks, WorkflowInterceptors } from '@temporalio/workflow';
import { ContinueAsNew, isCancellation, proxySinks, workflowInfo } from '@temporalio/workflow';
import { HANDLE_EVENT_WORKFLOW } from '../contracts/names';
import type { RunEnd, RunTotals } from '../contracts/observed-run';
import { RUN_SINK, TRACE_HEADER } from '../contracts/observed-run';
import { runInArguments } from '../core/run-in-arguments';

/** What Workers take from runs. Never called on replay. */
export interface RunSinks extends Sinks {
  [RUN_SINK]: { ended(end: RunEnd): void };
}

/**
 * Interceptors of every run, whether anybody looks or not, so that it goes on where they are switched on or off. They
 * carry the header of a trace on to what the run starts, and say when it has ended. They start nothing, wait for
 * nothing and put no promise in between: the order of a run's commands is the same without them.
 */
export function interceptors(): WorkflowInterceptors {
  let carried: Headers | undefined;
  const withTrace = <I extends { headers: Headers }>(input: I): I =>
    carried ? { ...input, headers: { ...carried, ...input.headers } } : input;
  return {
    inbound: [
      {
        execute(input, next) {
          const header = input.headers[TRACE_HEADER];
          if (header) carried = { [TRACE_HEADER]: header };
          const journalOf = runInArguments(input.args);
          const about = {
            ...(header ? { traceHeader: header } : {}),
            ...(journalOf === undefined ? {} : { journalOf }),
          };
          const run = next(input);
          // Beside the run and not around it.
          run.then(
            (result) => say({ ...about, ...endOf(result) }),
            (error: unknown) => say({ ...about, ...failureOf(error) }),
          );
          return run;
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(withTrace(input)),
        // An event is a trace of its own: a router goes on for ever.
        startChildWorkflowExecution: (input, next) =>
          next(input.workflowType === HANDLE_EVENT_WORKFLOW ? input : withTrace(input)),
        continueAsNew: (input, next) => next(withTrace(input)),
      },
    ],
  };
}

function say(end: RunEnd): void {
  if (!workflowInfo().unsafe.isReplaying) proxySinks<RunSinks>()[RUN_SINK].ended(end);
}

function endOf(result: unknown): Pick<RunEnd, 'outcome' | 'usage'> {
  const { partial, usage } = (result ?? {}) as { partial?: boolean; usage?: Partial<RunTotals> };
  return { outcome: partial === true ? 'partial' : 'completed', ...totalsOf(usage) };
}

function failureOf(error: unknown): Pick<RunEnd, 'outcome' | 'usage' | 'errorType'> {
  if (error instanceof ContinueAsNew) return { outcome: 'continued' };
  if (isCancellation(error)) return { outcome: 'cancelled' };
  const { type, details, name } = error as { type?: unknown; details?: unknown[]; name?: unknown };
  const { usage } = (details?.[0] ?? {}) as { usage?: Partial<RunTotals> };
  return { outcome: 'failed', errorType: String(type ?? name ?? 'Error'), ...totalsOf(usage) };
}

function totalsOf(usage: Partial<RunTotals> | undefined): { usage?: RunTotals } {
  if (typeof usage?.costUsd !== 'number') return {};
  const { calls = 0, inputTokens = 0, outputTokens = 0, costUsd, journalHits = 0, cacheHits = 0 } = usage;
  return { usage: { calls, inputTokens, outputTokens, costUsd, journalHits, cacheHits } };
}
