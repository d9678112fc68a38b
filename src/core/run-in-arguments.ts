/**
 * The Workflow in whose journal the calls of a Workflow or Activity are, read from its arguments: those of Activities have
 * it as `run`, those of children as `journal`. Undefined where they say nothing: then it is its own.
 */
export function runInArguments(args: readonly unknown[]): string | undefined {
  for (const arg of args) {
    const { run, journal, call } = (arg ?? {}) as Record<string, unknown>;
    for (const candidate of [run, journal, (call as { run?: unknown } | undefined)?.run, arg]) {
      const { workflowId, firstRunId } = (candidate ?? {}) as Record<string, unknown>;
      if (typeof workflowId === 'string' && typeof firstRunId === 'string') return workflowId;
    }
  }
  return undefined;
}
