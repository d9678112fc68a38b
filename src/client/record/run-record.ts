import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { tsToMs } from '@temporalio/common/lib/time';
import { NO_TENANT } from '../../contracts/content';
import type { Envelope } from '../../contracts/envelope.schema';
import type { DeadLetterList } from '../../contracts/event-messages';
import type { JsonObject, JsonValue } from '../../contracts/json';
import { MESSAGES, ROUTER_MESSAGES, TENANT_LABEL } from '../../contracts/names';
import type { RunPlan } from '../../contracts/pipeline-messages';
import type { RunProgress } from '../../contracts/run';
import type { InheritedContext } from '../../contracts/step-activity';
import { queryAgain } from '../query-again';
import { withReadableMemo } from '../readable-memo';
import type { RunHandle } from '../run-handle';
import { collectSpans, takePending } from './collect-spans';
import { readHistory } from './read-history';
import type { Span } from './span';

/** All that there is to know of one run, without the texts that it only refers to. */
export type RunRecord = {
  envelope: Envelope;
  /** The newest run of those that it continued as. */
  runId: string;
  /** As it was started with. */
  input: JsonValue;
  tenant: string;
  startedAt: number;
  endedAt?: number;
  /** The run that started it as one of its steps. */
  parent?: { workflowId: string; runId: string };
  /** Undefined where no Worker answers. */
  progress?: RunProgress;
  /** Of pipelines. */
  plan?: RunPlan;
  /** Of routers that go on. */
  deadLetters?: DeadLetterList;
  spans: Span[];
  history: { events: number; runs: number; complete: boolean };
};

const QUERY_SECONDS = [3, 5];

/** Reads a run from the server and asks a Worker for the rest. @throws what the server's errors come to */
export async function readRunRecord(client: Client, run: RunHandle): Promise<RunRecord> {
  const { workflowId, pattern } = run;
  const described = await withReadableMemo(client).workflow.getHandle(workflowId).describe();
  const { runId } = described;
  const [envelope, history] = await Promise.all([run.envelope(), readHistory(client, workflowId, runId)]);
  const goesOn = envelope.status === 'running' || envelope.status === 'paused';
  const handle = client.workflow.getHandle(workflowId, runId);
  const ask = <T>(name: string) =>
    queryAgain<T>(client, handle, name, QUERY_SECONDS).catch(() => undefined as T | undefined);
  // One after the other: of two queries at once to a run that has ended, a Worker may lose one.
  const progress = await ask<RunProgress>(MESSAGES.progress);
  const plan = progress && pattern === 'pipeline' ? await ask<RunPlan>(MESSAGES.plan) : undefined;
  const soFar = progress && goesOn ? await ask<JsonValue>(MESSAGES.resultSoFar) : undefined;
  const deadLetters =
    progress && pattern === 'eventRouter' ? await ask<DeadLetterList>(ROUTER_MESSAGES.deadLetters) : undefined;

  const converter = client.options.loadedDataConverter;
  const first = history.runs[0]?.events[0];
  const started = first?.workflowExecutionStartedEventAttributes;
  const [input, inherited] = await decodeArrayFromPayloads(converter, started?.input?.payloads).catch(() => []);
  const { stepPrefix = '', tenant } = (inherited ?? {}) as Partial<InheritedContext>;
  const spans: Span[] = [];
  for (const { events } of history.runs) spans.push(...(await collectSpans(events, converter, stepPrefix)));
  if (goesOn) takePending(spans, described.raw.pendingActivities ?? []);
  const parent = started?.parentWorkflowExecution;
  return {
    envelope: soFar === undefined || soFar === null ? envelope : { ...envelope, result: soFar },
    runId,
    input: (input ?? null) as JsonValue,
    tenant: tenant ?? tenantOf(input),
    startedAt: first ? tsToMs(first.eventTime) : described.startTime.getTime(),
    ...(described.closeTime ? { endedAt: described.closeTime.getTime() } : {}),
    ...(parent?.workflowId ? { parent: { workflowId: parent.workflowId, runId: parent.runId ?? '' } } : {}),
    ...(progress ? { progress } : {}),
    ...(plan ? { plan } : {}),
    ...(deadLetters ? { deadLetters } : {}),
    spans,
    history: {
      events: history.runs.reduce((sum, { events }) => sum + events.length, 0),
      runs: history.runs.length,
      complete: history.complete,
    },
  };
}

function tenantOf(input: unknown): string {
  const { labels } = (input ?? {}) as { labels?: JsonObject };
  const tenant = labels?.[TENANT_LABEL];
  return typeof tenant === 'string' ? tenant : NO_TENANT;
}
