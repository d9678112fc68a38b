import { getExternalWorkflowHandle, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { ItemOutcome } from '../contracts/batch-messages';
import { HEARTBEAT } from '../contracts/limits';
import type { AnsweringPattern } from '../contracts/names';
import type { SystemActivities } from '../contracts/step-activity';
import { pauseAfterTrouble } from './pause-after-trouble';
import { itemWorkflowId } from './run-item';

/** One look at what runs takes at most this long: it leaves a few events in the history each time. */
const LOOK_SECONDS = 600;

const { collectRuns } = proxyActivities<Pick<SystemActivities, 'collectRuns'>>({
  startToCloseTimeout: (LOOK_SECONDS + 300) * 1000,
  scheduleToCloseTimeout: '1 hour',
  heartbeatTimeout: HEARTBEAT.timeoutSeconds * 1000,
  cancellationType: 'TRY_CANCEL',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '10 seconds', maximumAttempts: 100 },
  summary: 'what became of items that an earlier run started',
});

/** Waits for items whose child another run of the batch started, and gives those that have ended, perhaps none. */
export async function collectItems(
  pattern: AnsweringPattern,
  items: readonly number[],
  seconds = LOOK_SECONDS,
): Promise<{ item: number; outcome: ItemOutcome }[]> {
  const itemOf = new Map(items.map((item) => [itemWorkflowId(item), item]));
  try {
    const ended = await collectRuns(pattern, [...itemOf.keys()], seconds);
    return ended.map(({ workflowId, outcome }) => ({ item: itemOf.get(workflowId) as number, outcome }));
  } catch (error) {
    if (isCancellation(error)) throw error;
    await pauseAfterTrouble();
    return [];
  }
}

/** Asks the children of these items to end; those that have ended need no word. */
export async function cancelItems(items: readonly number[]): Promise<void> {
  const cancel = (item: number) => getExternalWorkflowHandle(itemWorkflowId(item)).cancel();
  await Promise.all(items.map((item) => cancel(item).catch(() => undefined)));
}
