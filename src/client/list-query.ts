import type { Pattern } from '../contracts/names';
import { PATTERNS, TASK_QUEUE } from '../contracts/names';
import type { RunStatus } from '../contracts/run';

/** Which runs a list is about; all that is given counts. */
export type RunFilter = {
  pattern?: Pattern | undefined;
  outcome?: RunStatus | undefined;
  definition?: string | undefined;
  /** The name of a model that answered. */
  model?: string | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
  /** Runs that have ended, and cost at least this. */
  minCostUsd?: number | undefined;
  /** Started at or after, and before. */
  since?: Date | undefined;
  until?: Date | undefined;
  /** A list filter of Temporal, such as `CadenzaCostUsd > 1 AND CadenzaPattern = 'ensemble'`. */
  query?: string | undefined;
};

const STATUSES: Record<RunStatus, string> = {
  running: 'Running',
  paused: 'Running',
  completed: 'Completed',
  partial: 'Completed',
  failed: 'Failed',
  cancelled: 'Canceled',
  terminated: 'Terminated',
  timed_out: 'TimedOut',
};

/**
 * The list filter of Temporal for runs that a person or program started, not for what those start. What Temporal itself
 * does not know of a run is looked for in Cadenza's search attributes, so only these filters need them.
 */
export function listQuery(filter: RunFilter): string {
  const { pattern, outcome, definition, model, labels = {}, minCostUsd, since, until, query } = filter;
  const types = (pattern === undefined ? PATTERNS : [pattern]).map(quoted).join(', ');
  return [
    `TaskQueue = ${quoted(TASK_QUEUE)}`,
    `WorkflowType IN (${types})`,
    ...(outcome === undefined ? [] : [`ExecutionStatus = ${quoted(STATUSES[outcome])}`]),
    ...(definition === undefined ? [] : [`CadenzaDefinition = ${quoted(definition)}`]),
    ...(model === undefined ? [] : [`CadenzaModels = ${quoted(model)}`]),
    ...Object.entries(labels).map(([key, value]) => `CadenzaLabel = ${quoted(`${key}=${value}`)}`),
    ...(minCostUsd === undefined ? [] : [`CadenzaCostUsd >= ${minCostUsd}`]),
    ...(since === undefined ? [] : [`StartTime >= ${quoted(since.toISOString())}`]),
    ...(until === undefined ? [] : [`StartTime < ${quoted(until.toISOString())}`]),
    ...(query === undefined ? [] : [`(${query})`]),
  ].join(' AND ');
}

/** A text of a list filter: what would end it stands in it as itself. */
function quoted(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}
