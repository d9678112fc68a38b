import type { Client, WorkflowExecutionInfo, WorkflowHandle } from '@temporalio/client';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import type { Envelope } from '../contracts/envelope.schema';
import type { FailureInfo } from '../contracts/failures';
import { CadenzaError, isFailureType } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import type { Pattern } from '../contracts/names';
import { MEMO_OUTCOME, MESSAGES } from '../contracts/names';
import { shown } from '../contracts/nearest-name';
import type { PatternResults } from '../contracts/pattern-results';
import type { ApprovalDecision, BudgetDecision, RetryRequest } from '../contracts/pipeline-messages';
import type { RunProgress, RunStatus } from '../contracts/run';
import { cutResult } from '../core/cut-short';
import { placeInside, withApprovalsInside } from './approvals-inside';
import type { FailedCall, StepFunctions } from './on-step-end';
import { onStepEnd } from './on-step-end';
import { retryingOf } from './pending-attempts';
import { queryAgain } from './query-again';
import { refusalOf, UPDATE_SECONDS } from './refusal-of';
import { unservedQueues } from './task-queues';

/** Patterns that continue as new: asked is the run that goes on, not the one that was first. */
const CONTINUING: ReadonlySet<Pattern> = new Set<Pattern>(['eventRouter', 'batch', 'treeOfThought']);

/** What the SDK says of a termination without a reason. */
const SAID_NOTHING = 'Workflow execution terminated';

/** One attempt of an activity that waits for its next: what the server knows and the workflow does not. */
export type PendingAttempt = { activityType: string; attempt: number; lastFailure?: FailureInfo };

/** One run: its ids, and what can be asked of it. */
export type RunHandle<P extends Pattern = Pattern> = {
  readonly workflowId: string;
  readonly runId: string;
  readonly pattern: P;
  /** Waits for the end. @throws CadenzaError the run's own typed failure, or `Cancelled`, `Terminated`, `TimedOut` */
  result(): Promise<PatternResults[P]>;
  /** Waits for the end and gives everything in one document; never throws for how the run ended. */
  outcome(): Promise<Envelope>;
  /** The envelope as it is now, without waiting. */
  envelope(): Promise<Envelope>;
  status(): Promise<RunStatus>;
  /** With approvals that wait in pipelines inside. @throws CadenzaError `ServerUnavailable` when no Worker answers within ten seconds */
  progress(): Promise<RunProgress>;
  /** Activities that are in a second or later attempt. */
  retrying(): Promise<PendingAttempt[]>;
  /** The task queues in which calls of the run wait and that no Worker serves: of a provider that none of them knows. */
  unserved(): Promise<string[]>;
  /** Returns when the server has taken the request. */
  cancel(): Promise<void>;
  /**
   * Nothing new starts until `resume`; what runs goes on to its end. As all that follow: returns when the run has taken
   * it. @throws CadenzaError `InvalidInput` where it makes no sense now, `RunNotFound`, `ServerUnavailable`
   */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Decides an approval step that waits, also one inside (`sub/step`), or raises the cap of a budget that asks. */
  approve(decision: ApprovalDecision | BudgetDecision): Promise<void>;
  /** Runs a failed step of a run that goes on again, and what was skipped for it. */
  retry(step: string): Promise<void>;
  /** The result as far as there is one; undefined before the input was checked, or where no Worker answers. */
  resultSoFar(): Promise<PatternResults[P] | undefined>;
  /**
   * Calls functions of this program as the steps of a pipeline end, each once, and resolves at the end of the run with
   * the calls that threw. @throws CadenzaError `InvalidInput` for a name that is no step's
   */
  onStepEnd(functions: StepFunctions): Promise<FailedCall[]>;
};

/** A handle without asking the server whether the run is there. */
export function createRunHandle<P extends Pattern>(
  client: Client,
  { workflowId, runId, pattern }: { workflowId: string; runId: string; pattern: P },
): RunHandle<P> {
  const handle = client.workflow.getHandle(workflowId, CONTINUING.has(pattern) ? undefined : runId);
  const ids = { workflowId, runId, pattern };

  /** What was ended from outside left no details, so the run is asked; nothing when no Worker answers. */
  const resultSoFar = async (): Promise<{ result?: JsonValue }> => {
    const asked = queryAgain<JsonValue>(client, handle, MESSAGES.resultSoFar, [3, 5]);
    const result = await asked.catch(() => null);
    return result === null ? {} : { result };
  };

  const outcome = async (): Promise<Envelope> => {
    try {
      const result = (await handle.result()) as JsonValue;
      return { ...ids, status: isPartial(result) ? 'partial' : 'completed', result };
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const failed = failedEnvelope(error.cause);
      if (failed.status === 'failed') return { ...ids, ...failed };
      const { result } = await resultSoFar();
      return { ...ids, ...failed, ...(result === undefined ? {} : { result: cutResult(result, failed.error) }) };
    }
  };

  const update = async <A extends object>(name: string, argument?: A, id = workflowId): Promise<void> => {
    const target = id === workflowId ? handle : client.workflow.getHandle(id);
    try {
      await client.withDeadline(Date.now() + UPDATE_SECONDS * 1000, () =>
        argument === undefined
          ? target.executeUpdate<void, []>(name)
          : target.executeUpdate<void, [A]>(name, { args: [argument] }),
      );
    } catch (error) {
      throw error instanceof WorkflowNotFoundError ? await endedOrUnknown(target) : refusalOf(error);
    }
  };

  /** The server answers alike for a run that has ended and one that never was. */
  const endedOrUnknown = async (target: WorkflowHandle): Promise<CadenzaError> => {
    const status = await target.describe().then(statusOf, () => undefined);
    const id = shown(target.workflowId);
    return status === undefined
      ? new CadenzaError('RunNotFound', `no run has the id "${id}"`, { field: 'id' })
      : new CadenzaError('InvalidInput', `the run "${id}" has ended (${status.replace('_', ' ')})`, { field: 'id' });
  };

  const run: RunHandle<P> = {
    ...ids,
    outcome,
    async result() {
      const { result, error } = await outcome();
      if (!error) return result as PatternResults[P];
      throw new CadenzaError(isFailureType(error.type) ? error.type : 'Internal', error.message, {
        field: error.field,
      });
    },
    async envelope() {
      const status = statusOf(await handle.describe());
      return status === 'running' || status === 'paused' ? { ...ids, status } : outcome();
    },
    status: async () => statusOf(await handle.describe()),
    progress: async () => withApprovalsInside(client, handle, await queryProgress(handle, client)),
    retrying: async () => retryingOf(await handle.describe(), client.options.loadedDataConverter),
    unserved: async () => unservedQueues(client, await handle.describe()),
    async cancel() {
      try {
        await handle.cancel();
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        throw new CadenzaError('RunNotFound', `the run "${workflowId}" has ended already, or never was`, {
          field: 'id',
        });
      }
    },
    pause: () => update(MESSAGES.pause),
    resume: () => update(MESSAGES.resume),
    approve: (decision) => {
      if (!('step' in decision)) return update<BudgetDecision>(MESSAGES.approve, decision);
      const { workflowId: id, step } = placeInside(workflowId, decision.step);
      return update<ApprovalDecision>(MESSAGES.approve, { ...decision, step }, id);
    },
    retry: (path) => {
      const { workflowId: id, step } = placeInside(workflowId, path);
      return update<RetryRequest>(MESSAGES.retry, { step }, id);
    },
    resultSoFar: async () => (await resultSoFar()).result as PatternResults[P] | undefined,
    onStepEnd: (functions) => onStepEnd(run, functions),
  };
  return run;
}

/** Asks a run where it stands, as a query with a limit on the wait. */
export async function queryProgress(handle: WorkflowHandle, client: Client, seconds = 10): Promise<RunProgress> {
  return client.withDeadline(Date.now() + seconds * 1000, () => handle.query<RunProgress>(MESSAGES.progress));
}

/** The status of a run from what the server says of it, without asking a Worker. */
export function statusOf({ status, memo }: Pick<WorkflowExecutionInfo, 'status' | 'memo'>): RunStatus {
  switch (status.name) {
    case 'COMPLETED':
      return (memo?.[MEMO_OUTCOME] as { status?: RunStatus } | undefined)?.status === 'partial'
        ? 'partial'
        : 'completed';
    case 'FAILED':
      return 'failed';
    case 'CANCELLED':
      return 'cancelled';
    case 'TERMINATED':
      return 'terminated';
    case 'TIMED_OUT':
      return 'timed_out';
    default:
      return (memo?.[MEMO_OUTCOME] as { status?: RunStatus } | undefined)?.status === 'paused' ? 'paused' : 'running';
  }
}

function failedEnvelope(
  cause: unknown,
): Pick<Envelope, 'status' | 'result'> & { error: NonNullable<Envelope['error']> } {
  if (cause instanceof CancelledFailure) {
    return { status: 'cancelled', error: { type: 'Cancelled', message: 'the run was cancelled' } };
  }
  if (cause instanceof TerminatedFailure) {
    const why = cause.message === SAID_NOTHING ? '' : ` (${shown(cause.message)})`;
    return { status: 'terminated', error: { type: 'Terminated', message: `the run was terminated${why}` } };
  }
  if (cause instanceof TimeoutFailure) {
    return { status: 'timed_out', error: { type: 'TimedOut', message: 'the run took longer than it was given' } };
  }
  if (cause instanceof ApplicationFailure) {
    const { field } = (cause.details?.[1] ?? {}) as { field?: string };
    const error = { type: cause.type ?? 'Internal', message: cause.message, ...(field === undefined ? {} : { field }) };
    return { status: 'failed', error, ...partOf(cause.details) };
  }
  return { status: 'failed', error: { type: 'Internal', message: 'the run failed without a typed failure' } };
}

/** The result so far is the first detail of a run's failure. */
function partOf(details: unknown[] | null | undefined): { result?: JsonValue } {
  return details?.[0] ? { result: details[0] as JsonValue } : {};
}

function isPartial(result: JsonValue): boolean {
  return typeof result === 'object' && result !== null && !Array.isArray(result) && result['partial'] === true;
}
