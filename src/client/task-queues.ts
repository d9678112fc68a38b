import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { providerTaskQueue, TASK_QUEUE } from '../contracts/names';

/** Who has not asked for so long does not serve a queue any more: a poll lasts a minute. */
const LATEST_POLL_MS = 60_000;

/** As Temporal numbers them. */
const WORKFLOW_TASKS = 1;
const ACTIVITY_TASKS = 2;
const SCHEDULED = 1;

/** Whether a Worker has asked for work within the last minute: of a provider, for its calls, else for any. */
export function hasWorker(client: Client, provider?: string): Promise<boolean> {
  if (provider === undefined) return isPolled(client, TASK_QUEUE, WORKFLOW_TASKS);
  return isPolled(client, providerTaskQueue(provider), ACTIVITY_TASKS);
}

/** The Task Queues in which activities of a run wait, and that no Worker serves. */
export async function unservedQueues(
  client: Client,
  { raw }: WorkflowExecutionDescription,
  now: number = Date.now(),
): Promise<string[]> {
  const waiting = (raw.pendingActivities ?? []).filter(({ state }) => state === SCHEDULED);
  const queues = new Set(waiting.map(({ activityOptions }) => activityOptions?.taskQueue?.name ?? ''));
  queues.delete('');
  const served = await Promise.all([...queues].map((queue) => isPolled(client, queue, ACTIVITY_TASKS, now)));
  return [...queues].filter((_queue, index) => served[index] === false);
}

async function isPolled(client: Client, queue: string, type: 1 | 2, now = Date.now()): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: type,
  });
  return (pollers ?? []).some(
    ({ lastAccessTime }) => now - Number(lastAccessTime?.seconds ?? 0) * 1000 < LATEST_POLL_MS,
  );
}
