import { createHash } from 'node:crypto';

/** Which run, wherever it is looked at from. */
export type RunName = { namespace: string; workflowId: string; runId: string };

/**
 * The trace of a run that came with none: a hash of its Workflow Id, so that every Worker knows it without being told, and
 * a run that goes on on another Worker, or as new, stays in its trace.
 */
export function traceIdOf(namespace: string, workflowId: string): string {
  return hashed(['trace', namespace, workflowId], 32);
}

/** The span of a run: known to its Activities and children while it goes on, and written when it ends. */
export function runSpanIdOf({ namespace, workflowId, runId }: RunName): string {
  return hashed(['run', namespace, workflowId, runId], 16);
}

/** Never all zeros, which would be no id. */
function hashed(parts: readonly string[], digits: number): string {
  const id = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, digits);
  return /[^0]/.test(id) ? id : `${id.slice(1)}1`;
}
