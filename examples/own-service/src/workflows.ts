import { executeChild, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { pipeline } from 'cadenza/workflows';
import type * as activities from './activities';

export type Complaint = { customer: string; message: string };
export type Handled = { order: string | null; mood: string; ticket: string | null; costUsd: number };

const { openTicket } = proxyActivities<typeof activities>({
  startToCloseTimeout: '10 seconds',
  retry: { maximumAttempts: 3 },
});

/** A Workflow of your own: a pattern as its child, then an Activity of your own. */
export async function handleComplaint({ customer, message }: Complaint): Promise<Handled> {
  const { workflowId } = workflowInfo();
  const { output, usage } = await executeChild(pipeline, {
    workflowId: `${workflowId}/read`,
    args: [
      {
        steps: [
          { name: 'order', handler: 'find_order', inputs: { text: 'input' } },
          { name: 'mood', handler: 'sentiment', inputs: { text: 'input' } },
        ],
        output: { order: 'order.number', mood: 'mood.prediction' },
        input: message,
        budget: { usd: 0.05 },
        labels: { customer },
      },
    ],
  });
  const { order, mood } = output as Pick<Handled, 'order' | 'mood'>;
  const urgent = mood === 'negative';
  const ticket = urgent ? await openTicket({ id: workflowId, order, urgent }) : null;
  return { order, mood, ticket, costUsd: usage.costUsd };
}
