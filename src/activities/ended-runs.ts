import { getClient } from '@temporalio/activity';

/** Which of these workflows do not go on: ended, or never started. In their order. */
export async function endedRuns(workflowIds: string[]): Promise<string[]> {
  const { workflow } = getClient();
  const open = await Promise.all(
    workflowIds.map((workflowId) =>
      workflow
        .getHandle(workflowId)
        .describe()
        .then(
          ({ status }) => status.name === 'RUNNING',
          (error: unknown) => {
            if (error instanceof Error && error.name === 'WorkflowNotFoundError') return false;
            throw error;
          },
        ),
    ),
  );
  return workflowIds.filter((_, index) => !open[index]);
}
