import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { CadenzaError } from '../contracts/failures';
import type { Pattern } from '../contracts/names';
import { TASK_QUEUE, workflowIdFor } from '../contracts/names';
import { shown } from '../contracts/nearest-name';
import type { RunHandle } from './run-handle';
import { createRunHandle } from './run-handle';

/** Starts a Workflow with an input that has been prepared. @throws CadenzaError `RunExists` */
export async function startRun<P extends Pattern>(
  client: Client,
  { pattern, input, id, summary }: { pattern: P; input: unknown; id?: string | undefined; summary: string },
): Promise<RunHandle<P>> {
  const workflowId = id ?? workflowIdFor(pattern, randomUUID());
  try {
    const handle = await client.workflow.start<(input: unknown) => Promise<unknown>>(pattern, {
      taskQueue: TASK_QUEUE,
      workflowId,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: summary,
    });
    return createRunHandle(client, { workflowId, runId: handle.firstExecutionRunId, pattern });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new CadenzaError('RunExists', `a run with the id "${shown(workflowId)}" is there already`, { field: 'id' });
  }
}
