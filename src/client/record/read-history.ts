import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** Events of one run that are read at most, over all that it has continued as; of more, the newest runs count. */
export const MOST_EVENTS = 30_000;

/** Runs that went before one that continued as new, at most. */
const MOST_RUNS = 20;

export type History = {
  /** By run, the oldest first. */
  runs: { runId: string; events: HistoryEvent[] }[];
  /** False where there was more than is read. */
  complete: boolean;
};

/** The history of a run, and of those that it went on from. */
export async function readHistory(client: Client, workflowId: string, runId: string): Promise<History> {
  const runs: History['runs'] = [];
  let left = MOST_EVENTS;
  for (let next: string | undefined = runId; next !== undefined;) {
    if (runs.length >= MOST_RUNS || left <= 0) return { runs, complete: false };
    const { events, complete } = await readRun(client, workflowId, next, left);
    runs.unshift({ runId: next, events });
    left -= events.length;
    if (!complete) return { runs, complete };
    next = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  }
  return { runs, complete: true };
}

async function readRun(client: Client, workflowId: string, runId: string, most: number) {
  const events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken && events.length < most);
  return { events, complete: nextPageToken === undefined };
}
