import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { NO_TENANT } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import type { Pattern } from '../contracts/names';
import { MEMO_OUTCOME, TASK_QUEUE, TENANT_LABEL, workflowIdFor } from '../contracts/names';
import { shown } from '../contracts/nearest-name';
import type { RunHandle } from './run-handle';
import { createRunHandle } from './run-handle';

/** Who emits to a router that no Worker has looked at yet has to know whose content it reads. */
function routerMemo(input: unknown): Record<string, unknown> {
  const { labels } = input as { labels?: Record<string, string> };
  return { [MEMO_OUTCOME]: { status: 'running', costUsd: 0, tenant: labels?.[TENANT_LABEL] ?? NO_TENANT } };
}

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
      ...(pattern === 'eventRouter' ? { memo: routerMemo(input) } : {}),
    });
    return createRunHandle(client, { workflowId, runId: handle.firstExecutionRunId, pattern });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new CadenzaError('RunExists', `a run with the id "${shown(workflowId)}" is there already`, { field: 'id' });
  }
}
