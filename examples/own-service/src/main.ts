import { randomUUID } from 'node:crypto';
import { connectCadenza, TASK_QUEUE } from 'cadenza';
import type { handleComplaint } from './workflows';

/** What a service does: starts your Workflow through the Temporal client, and a pattern through Cadenza's. */
async function main(message: string): Promise<void> {
  const cadenza = await connectCadenza();
  try {
    const handled = await cadenza.temporal.workflow.execute<typeof handleComplaint>('handleComplaint', {
      taskQueue: TASK_QUEUE,
      workflowId: `complaint-${randomUUID()}`,
      args: [{ customer: 'acme', message }],
    });
    const run = await cadenza.start('routeToModel', { task: 'summarization', input: { text: message, maxWords: 12 } });
    const { modelUsed, result } = await run.result();
    console.log(JSON.stringify({ handled, modelUsed, result }));
  } finally {
    await cadenza.close();
  }
}

const [message = 'Order AB-1234 came with a broken leg. I am very disappointed.'] = process.argv.slice(2);
main(message).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
