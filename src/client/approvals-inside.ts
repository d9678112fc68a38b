import type { Client, WorkflowHandle } from '@temporalio/client';
import { MESSAGES } from '../contracts/names';
import type { RunProgress, StepProgress } from '../contracts/run';

/** Pipelines inside a run that are asked each time: a list may have a thousand. */
const MAX_ASKED = 20;
const SECONDS = 5;

/** The run inside another that a path of steps leads to (`sub/ok`), and the step there. */
export function placeInside(workflowId: string, path: string): { workflowId: string; step: string } {
  // What is no text is refused where it arrives.
  const at = typeof path === 'string' ? path.lastIndexOf('/') : -1;
  return at === -1
    ? { workflowId, step: path }
    : { workflowId: `${workflowId}/${path.slice(0, at)}`, step: path.slice(at + 1) };
}

/**
 * The progress of a pipeline with the approval steps that wait in pipelines inside it, each after the step that runs it
 * and by its path. What can not be asked now is left out.
 */
export async function withApprovalsInside(
  client: Client,
  handle: WorkflowHandle,
  progress: RunProgress,
): Promise<RunProgress> {
  if (!progress.steps.some(({ handler, status }) => handler === 'pipeline' && status === 'running')) return progress;
  const found = await approvalsInside(client, handle, '', { left: MAX_ASKED }).catch(() => []);
  const steps = progress.steps.flatMap((step) => [
    step,
    ...found.filter(({ name }) => name.startsWith(`${step.name}/`) || name.startsWith(`${step.name}[`)),
  ]);
  return { ...progress, steps };
}

async function approvalsInside(
  client: Client,
  handle: WorkflowHandle,
  prefix: string,
  asked: { left: number },
): Promise<StepProgress[]> {
  const { raw } = await handle.describe();
  const inside = (raw.pendingChildren ?? []).flatMap(({ workflowId, workflowTypeName }) =>
    workflowTypeName === 'pipeline' && workflowId?.startsWith(`${handle.workflowId}/`) ? [workflowId] : [],
  );
  const some = inside.slice(0, Math.max(0, asked.left));
  asked.left -= some.length;
  const found = await Promise.all(
    some.map(async (workflowId) => {
      const path = `${prefix}${workflowId.slice(handle.workflowId.length + 1)}/`;
      const child = client.workflow.getHandle(workflowId);
      const query = () => child.query<RunProgress>(MESSAGES.progress);
      const { steps } = await client.withDeadline(Date.now() + SECONDS * 1000, query);
      const waiting = steps.filter(({ handler, status }) => handler === 'approval' && status === 'running');
      const own = waiting.map((step) => ({ ...step, name: path + step.name }));
      const hasMore = steps.some(({ handler, status }) => handler === 'pipeline' && status === 'running');
      return hasMore ? [...own, ...(await approvalsInside(client, child, path, asked))] : own;
    }),
  );
  return found.flat();
}
