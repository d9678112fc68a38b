import type { LoadedDataConverter } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
  decodeOptionalSinglePayload,
} from '@temporalio/common/lib/internal-non-workflow';
import { optionalTsToMs, tsToMs } from '@temporalio/common/lib/time';
import type { temporal } from '@temporalio/proto';
import type { StepFailureDetail } from '../../contracts/step-activity';
import { SYSTEM_ACTIVITIES } from '../../contracts/names';
import type { CallUsage, Usage } from '../../contracts/usage';
import { fromShown } from '../../core/usage';
import type { HistoryEvent } from './read-history';
import type { Span, SpanKind, SpanOutcome } from './span';

type Payloads = temporal.api.common.v1.IPayloads | null | undefined;
type Failure = temporal.api.failure.v1.IFailure | null | undefined;

/** What an activity was given and gave back, as far as a report looks at it. */
type Given = { step?: string; model?: string; ask?: { model?: string } };
type Gave = { usage?: CallUsage; attempts?: number; models?: string[]; answeredBy?: string };

const MODEL_ACTIVITIES = ['callModel', 'askChainStep', 'compareExamples', 'callTree', 'referenceLevel'];

/** The activities, children and timers of one history, in the order in which they were asked for. */
export async function collectSpans(
  events: readonly HistoryEvent[],
  converter: LoadedDataConverter,
  stepPrefix: string,
): Promise<Span[]> {
  const spans = new Map<string, Span>();
  for (const event of events) await takeEvent(event, spans, { converter, stepPrefix });
  return [...spans.values()];
}

type Context = { converter: LoadedDataConverter; stepPrefix: string };

async function takeEvent(event: HistoryEvent, spans: Map<string, Span>, context: Context): Promise<void> {
  const at = tsToMs(event.eventTime);
  const id = String(event.eventId);
  const { converter } = context;
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) return void spans.set(id, await activitySpan(event, at, context));
  const started = event.activityTaskStartedEventAttributes;
  if (started) {
    const span = spans.get(String(started.scheduledEventId));
    if (span) Object.assign(span, { startedAt: at, attempts: started.attempt ?? 1 });
    return;
  }
  const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
  if (initiated) {
    const type = initiated.workflowType?.name ?? '';
    const workflowId = initiated.workflowId ?? '';
    const summary = await summaryOf(event, converter);
    const span = { kind: 'child', type, models: [], scheduledAt: at, attempts: 1, outcome: 'open', workflowId } as Span;
    return void spans.set(id, { ...span, ...childStep(workflowId), ...(summary === undefined ? {} : { summary }) });
  }
  const child = event.childWorkflowExecutionStartedEventAttributes;
  if (child) {
    const span = spans.get(String(child.initiatedEventId));
    if (span) Object.assign(span, { startedAt: at, runId: child.workflowExecution?.runId ?? '' });
    return;
  }
  const timer = event.timerStartedEventAttributes;
  if (timer) {
    const summary = await summaryOf(event, converter);
    // What has no summary is no wait that a person asked for.
    if (summary === undefined) return;
    const times = { scheduledAt: at, startedAt: at, attempts: 1 };
    return void spans.set(id, { kind: 'timer', type: 'timer', summary, models: [], ...times, outcome: 'open' });
  }
  await takeEnd(event, at, spans, converter);
}

/** The events that end something: what they end, how, and what came back. */
async function takeEnd(
  event: HistoryEvent,
  at: number,
  spans: ReadonlyMap<string, Span>,
  converter: LoadedDataConverter,
): Promise<void> {
  const end = endOf(event);
  const span = end && spans.get(String(end.of));
  if (!span) return;
  Object.assign(span, { endedAt: at, outcome: end.outcome });
  if (end.failure) await takeFailure(span, end.failure, converter);
  if (!end.result || span.kind === 'values' || span.kind === 'timer') return;
  const [given] = await decodeArrayFromPayloads(converter, end.result.payloads).catch(() => []);
  const { usage, attempts, models, answeredBy } = (given ?? {}) as Gave;
  takeUsage(span, usage);
  if (Array.isArray(models) && models.length > 0) span.models = models.filter((model) => typeof model === 'string');
  if (typeof answeredBy === 'string') span.models = [answeredBy];
  if (typeof attempts === 'number') span.attempts = Math.max(span.attempts, attempts);
  if (span.kind === 'child' && span.usage) span.models = Object.keys(span.usage.byModel);
}

function endOf(
  event: HistoryEvent,
): { of: unknown; outcome: SpanOutcome; result?: Payloads; failure?: Failure } | undefined {
  const done = event.activityTaskCompletedEventAttributes;
  if (done) return { of: done.scheduledEventId, outcome: 'completed', result: done.result };
  const failed = event.activityTaskFailedEventAttributes;
  if (failed) return { of: failed.scheduledEventId, outcome: 'failed', failure: failed.failure };
  const late = event.activityTaskTimedOutEventAttributes;
  if (late) return { of: late.scheduledEventId, outcome: 'timed_out', failure: late.failure };
  const cut = event.activityTaskCanceledEventAttributes;
  if (cut) return { of: cut.scheduledEventId, outcome: 'cancelled' };
  const child = event.childWorkflowExecutionCompletedEventAttributes;
  if (child) return { of: child.initiatedEventId, outcome: 'completed', result: child.result };
  const childFailed = event.childWorkflowExecutionFailedEventAttributes;
  if (childFailed) return { of: childFailed.initiatedEventId, outcome: 'failed', failure: childFailed.failure };
  const childEnd =
    event.childWorkflowExecutionCanceledEventAttributes ?? event.childWorkflowExecutionTerminatedEventAttributes;
  if (childEnd) return { of: childEnd.initiatedEventId, outcome: 'cancelled' };
  const childLate = event.childWorkflowExecutionTimedOutEventAttributes;
  if (childLate) return { of: childLate.initiatedEventId, outcome: 'timed_out' };
  const fired = event.timerFiredEventAttributes;
  if (fired) return { of: fired.startedEventId, outcome: 'completed' };
  const stopped = event.timerCanceledEventAttributes;
  return stopped ? { of: stopped.startedEventId, outcome: 'cancelled' } : undefined;
}

async function takeFailure(span: Span, failure: NonNullable<Failure>, converter: LoadedDataConverter): Promise<void> {
  const inner = failure.cause ?? failure;
  const error = await decodeOptionalFailureToOptionalError(converter, inner).catch(() => undefined);
  const type = inner.applicationFailureInfo?.type ?? (inner.timeoutFailureInfo ? 'TimedOut' : 'Internal');
  span.failure = { type: type || 'Internal', message: error?.message ?? '' };
  const [detail] = ((error as { details?: unknown[] } | undefined)?.details ?? []) as [StepFailureDetail?];
  if (span.kind !== 'child') takeUsage(span, detail?.usage);
}

/** Usage in either of its shapes. What a person's own Workflow calls so may be anything, and says nothing here. */
function takeUsage(span: Span, usage: CallUsage | undefined): void {
  const byModel: unknown = usage?.byModel;
  if (typeof byModel !== 'object' || byModel === null || !Object.values(byModel).every(isCounts)) return;
  // A pattern's result has its usage as people read it.
  span.usage = 'costUsd' in (usage as object) ? fromShown({ byModel } as Usage) : { byModel: byModel as never };
}

function isCounts(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(Number.isFinite);
}

async function activitySpan(event: HistoryEvent, at: number, { converter, stepPrefix }: Context): Promise<Span> {
  const { activityType, input } = event.activityTaskScheduledEventAttributes ?? {};
  const type = activityType?.name ?? '';
  const kind = kindOf(type);
  const summary = await summaryOf(event, converter);
  const span: Span = { kind, type, models: [], scheduledAt: at, attempts: 1, outcome: 'open' };
  if (summary !== undefined) span.summary = summary;
  if (kind === 'values') return span;
  const [given] = await decodeArrayFromPayloads(converter, input?.payloads).catch(() => []);
  const { step, model, ask } = (given ?? {}) as Given;
  const asked = model ?? ask?.model ?? modelInSummary(kind, summary);
  if (typeof step === 'string') span.step = step.startsWith(stepPrefix) ? step.slice(stepPrefix.length) : step;
  if (typeof asked === 'string') span.models = [asked];
  return span;
}

function kindOf(type: string): SpanKind {
  if (MODEL_ACTIVITIES.includes(type)) return 'model';
  return (SYSTEM_ACTIVITIES as readonly string[]).includes(type) ? 'values' : 'handler';
}

/** A tree's calls do not carry the model's name; their summary ends with it. */
function modelInSummary(kind: SpanKind, summary: string | undefined): string | undefined {
  return kind === 'model' ? /: ([^:]+)$/.exec(summary ?? '')?.[1] : undefined;
}

function childStep(workflowId: string): { step?: string } {
  const at = workflowId.lastIndexOf('/');
  return at < 0 ? {} : { step: workflowId.slice(at + 1) };
}

async function summaryOf({ userMetadata }: HistoryEvent, converter: LoadedDataConverter): Promise<string | undefined> {
  const summary = await decodeOptionalSinglePayload<unknown>(converter, userMetadata?.summary).catch(() => undefined);
  return typeof summary === 'string' ? summary : undefined;
}

/** Work that goes on now: what the server knows of attempts and the history does not yet. */
export function takePending(
  spans: readonly Span[],
  pending: readonly temporal.api.workflow.v1.IPendingActivityInfo[],
): void {
  for (const { activityType, scheduledTime, lastStartedTime, attempt } of pending) {
    const scheduledAt = optionalTsToMs(scheduledTime);
    const span = spans.find(
      (one) => one.outcome === 'open' && one.type === activityType?.name && near(one.scheduledAt, scheduledAt),
    );
    const startedAt = optionalTsToMs(lastStartedTime);
    if (span) Object.assign(span, { attempts: attempt ?? 1, ...(startedAt === undefined ? {} : { startedAt }) });
  }
}

function near(one: number, other: number | undefined): boolean {
  return other !== undefined && Math.abs(one - other) < 5;
}
