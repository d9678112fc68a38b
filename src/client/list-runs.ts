import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { RunList } from '../contracts/envelope.schema';
import { CadenzaError } from '../contracts/failures';
import { MEMO_OUTCOME } from '../contracts/names';
import { shown } from '../contracts/nearest-name';
import type { RunProgress } from '../contracts/run';
import type { RunFilter } from './list-query';
import { listQuery } from './list-query';
import { withReadableMemo } from './readable-memo';
import { queryProgress, statusOf } from './run-handle';

export type ListOptions = RunFilter & {
  /** Default 50. */
  limit?: number;
  /** `cost`: the most expensive first, of the newest 10,000 that the filter finds. Default `newest`. */
  sort?: 'newest' | 'cost';
};

type Run = RunList['runs'][number];

const MOST_SORTED = 10_000;
/** Runs that go on are asked what they have cost, at most so many. */
const MOST_ASKED = 100;

/**
 * Runs that a person or program started (not their children).
 * @throws CadenzaError `InvalidInput` for a query that the server does not understand; `ConfigurationInvalid` where the
 * namespace lacks a search attribute that the filter needs
 */
export async function listRuns(client: Client, options: ListOptions): Promise<RunList> {
  const { limit = 50, sort = 'newest', outcome } = options;
  const most = sort === 'cost' ? MOST_SORTED : limit;
  const found: WorkflowExecutionInfo[] = [];
  try {
    const pageSize = Math.min(most * 2, 1000);
    for await (const run of withReadableMemo(client).workflow.list({ query: listQuery(options), pageSize })) {
      if (run.parentExecution || (outcome !== undefined && statusOf(run) !== outcome)) continue;
      found.push(run);
      if (found.length >= most) break;
    }
  } catch (error) {
    throw refusalOfQuery(error, options.query) ?? error;
  }
  // The server gives those that go on first, then by when they ended.
  found.sort((one, other) => other.startTime.getTime() - one.startTime.getTime());
  let asked = 0;
  const goesOn = (run: WorkflowExecutionInfo) => run.status.name === 'RUNNING' && (asked += 1) <= MOST_ASKED;
  const runs = await Promise.all(found.map((run) => (goesOn(run) ? asking(client, run) : describe(run))));
  if (sort === 'cost') runs.sort((one, other) => other.costUsd - one.costUsd);
  return { runs: runs.slice(0, limit) };
}

function describe(run: WorkflowExecutionInfo): Run {
  const { costUsd } = (run.memo?.[MEMO_OUTCOME] ?? {}) as { costUsd?: unknown };
  return {
    workflowId: run.workflowId,
    runId: run.runId,
    pattern: run.type,
    status: statusOf(run),
    startedAt: run.startTime.toISOString(),
    costUsd: amountIn(costUsd) ?? 0,
  };
}

/** A Workflow of somebody else may go by the type of a pattern, and answer anything: what is no amount tells nothing. */
function amountIn(costUsd: unknown): number | undefined {
  return typeof costUsd === 'number' && Number.isFinite(costUsd) && costUsd >= 0 ? costUsd : undefined;
}

/** A run that goes on has left no cost yet, or that of its last pause: it is asked. */
async function asking(client: Client, run: WorkflowExecutionInfo): Promise<Run> {
  const known = describe(run);
  return queryProgress(client.workflow.getHandle(run.workflowId, run.runId), client, 2).then(
    (progress: Partial<RunProgress> | null) => ({
      ...known,
      costUsd: amountIn(progress?.usage?.costUsd) ?? known.costUsd,
    }),
    () => known,
  );
}

/** What the server says of a filter that it does not take (gRPC status 3), in words that say what to do. */
function refusalOfQuery(error: unknown, query: string | undefined): CadenzaError | undefined {
  const { code, cause, details } = (error ?? {}) as { code?: unknown; cause?: unknown; details?: unknown };
  if (code !== 3) return cause === undefined ? undefined : refusalOfQuery(cause, query);
  const says = shown(String(details), 200);
  const attribute = /column name '(Cadenza\w+)'/.exec(says)?.[1];
  if (attribute !== undefined) {
    return new CadenzaError(
      'ConfigurationInvalid',
      `the namespace has no search attribute ${attribute}: \`npx cadenza doctor --register\` adds what Cadenza sets`,
      { field: attribute },
    );
  }
  return new CadenzaError('InvalidInput', `the server does not take the query "${shown(query ?? '')}": ${says}`, {
    field: 'query',
  });
}
