import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { isEncrypted } from '../payloads/encryption-codec';
import { isServerGone } from './server-gone';

/** What runs that are still there need of a store. */
export type RetainedRuns = {
  /** Runs that journal calls, as `runKey` has them. */
  journals: Set<string>;
  /** How many runs were read. */
  runs: number;
};

export type RetainedOptions = {
  /** Runs that ended longer ago than this are not kept; left out, all are that the server still has. */
  endedBefore?: Date | undefined;
  /** Every payload of every event of the runs that are kept, and of schedules, decrypted. */
  onText: (text: string) => void;
  progress?: ((runs: number) => void) | undefined;
};

/** A run as the root of a journal. */
export function runKey(workflowId: string, firstRunId: string): string {
  return JSON.stringify([workflowId, firstRunId]);
}

/**
 * Reads the histories of all Workflows of the namespace that run or are retained, page by page.
 * @throws CadenzaError `EncryptionKeyMissing`, and what the server says
 */
export async function readRetainedRuns(client: Client, options: RetainedOptions): Promise<RetainedRuns> {
  const retained: RetainedRuns = { journals: new Set(), runs: 0 };
  for await (const { workflowId, runId, status, closeTime } of client.workflow.list()) {
    const { endedBefore } = options;
    if (status.name !== 'RUNNING' && endedBefore && closeTime && closeTime < endedBefore) continue;
    await readHistory(client, { workflowId, runId }, retained, options).catch((error: unknown) => {
      // The list lags behind what has gone.
      if (!isServerGone(error)) throw error;
    });
    retained.runs += 1;
    options.progress?.(retained.runs);
  }
  for await (const { scheduleId } of client.schedule.list()) {
    const { namespace } = client.options;
    const schedule = await client.workflowService
      .describeSchedule({ namespace, scheduleId })
      .catch((error: unknown) => {
        if (isServerGone(error)) return undefined;
        throw error;
      });
    for (const text of await textsIn(client, schedule)) options.onText(text);
  }
  return retained;
}

/** The run that a run's chain began with. Undefined where the server does not have it any more. */
export async function firstRunOf(client: Client, workflowId: string, runId?: string): Promise<string | undefined> {
  const { namespace } = client.options;
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId, ...(runId === undefined ? {} : { runId }) },
      maximumPageSize: 1,
    });
    return history?.events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId ?? undefined;
  } catch (error) {
    if (isServerGone(error)) return undefined;
    throw error;
  }
}

async function readHistory(
  client: Client,
  execution: { workflowId: string; runId: string },
  { journals }: RetainedRuns,
  { onText }: RetainedOptions,
): Promise<void> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution,
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    for (const event of page.history?.events ?? []) {
      const started = event.workflowExecutionStartedEventAttributes;
      if (started) journals.add(runKey(execution.workflowId, started.firstExecutionRunId || execution.runId));
      for (const text of await textsIn(client, event)) {
        onText(text);
        if (started) inheritedJournals(text).forEach((key) => journals.add(key));
      }
    }
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
}

/** A child journals under the run that it was started for, which may have ended before it. */
function inheritedJournals(text: string): string[] {
  try {
    const { journal } = (JSON.parse(text) ?? {}) as { journal?: { workflowId?: unknown; firstRunId?: unknown } };
    const { workflowId, firstRunId } = journal ?? {};
    return typeof workflowId === 'string' && typeof firstRunId === 'string' ? [runKey(workflowId, firstRunId)] : [];
  } catch {
    return [];
  }
}

/** The texts of all payloads in a message, wherever they are in it. */
async function textsIn(client: Client, message: unknown): Promise<string[]> {
  const found = payloadsIn(message);
  const sealed = found.filter(isEncrypted);
  const open = found.filter((payload) => !isEncrypted(payload));
  let decoded = sealed;
  for (const codec of [...client.options.loadedDataConverter.payloadCodecs].reverse()) {
    decoded = await codec.decode(decoded);
  }
  return [...open, ...decoded].map(({ data }) => Buffer.from(data ?? []).toString('utf8'));
}

function payloadsIn(value: unknown): Payload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  const { metadata, data } = value as Payload;
  if (metadata && data instanceof Uint8Array) return [value as Payload];
  return Object.values(value).flatMap(payloadsIn);
}
