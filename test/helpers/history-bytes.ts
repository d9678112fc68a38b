import type { TestWorld } from './test-world';
import { waitUntil } from './wait-until';

/** Bytes of history of a run and of those that it has carried on from, so many of them at least. */
export async function historyBytes({ cadenza }: TestWorld, workflowId: string, runs = 1): Promise<number[]> {
  const listed = async () => {
    const found: { runId: string }[] = [];
    const query = `WorkflowId = '${workflowId}'`;
    for await (const { runId } of cadenza.temporal.workflow.list({ query })) found.push({ runId });
    return found;
  };
  // The list lags behind the runs.
  await waitUntil(async () => (await listed()).length >= runs);
  const sizes = (await listed()).map(async ({ runId }) => {
    const { historySize = 0 } = await cadenza.temporal.workflow.getHandle(workflowId, runId).describe();
    return historySize;
  });
  return Promise.all(sizes);
}
