import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { RunList } from '../contracts/envelope.schema';
import { MEMO_OUTCOME, PATTERNS, TASK_QUEUE } from '../contracts/names';
import { withReadableMemo } from './readable-memo';
import { queryProgress, statusOf } from './run-handle';

/** The newest runs that a person or program started (not their children), newest first. */
export async function listRuns(client: Client, limit: number): Promise<RunList> {
  const types = PATTERNS.map((name) => `'${name}'`).join(', ');
  const query = `TaskQueue = '${TASK_QUEUE}' AND WorkflowType IN (${types})`;
  const found: WorkflowExecutionInfo[] = [];
  for await (const run of withReadableMemo(client).workflow.list({ query, pageSize: Math.min(limit * 2, 1000) })) {
    if (run.parentExecution) continue;
    found.push(run);
    if (found.length >= limit) break;
  }
  // The server gives those that go on first, then by when they ended.
  found.sort((one, other) => other.startTime.getTime() - one.startTime.getTime());
  return { runs: await Promise.all(found.map((run) => describe(client, run))) };
}

async function describe(client: Client, run: WorkflowExecutionInfo): Promise<RunList['runs'][number]> {
  return {
    workflowId: run.workflowId,
    runId: run.runId,
    pattern: run.type,
    status: statusOf(run),
    startedAt: run.startTime.toISOString(),
    costUsd: await costOf(client, run),
  };
}

/** From the memo that a run leaves at its end; a run that goes on is asked, and if none answers counts as at its last pause. */
async function costOf(client: Client, run: WorkflowExecutionInfo): Promise<number> {
  const { costUsd: left = 0 } = (run.memo?.[MEMO_OUTCOME] ?? {}) as { costUsd?: number };
  if (run.status.name !== 'RUNNING') return left;
  return queryProgress(client.workflow.getHandle(run.workflowId, run.runId), client, 2).then(
    ({ usage }) => usage.costUsd,
    () => left,
  );
}
