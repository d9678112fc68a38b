import type { Inside, ReportModel } from '../model/report-model';
import type { Retry } from '../model/retries';
import { insideWithRetries, withRetriesInside } from '../model/retries';

/** So many runs inside one are asked, and so deep. */
const MOST_INSIDE = 40;
const DEEPEST = 4;
const MOST_KEPT = 2_000;

/** What was retried in runs that have ended, which never changes: each is asked once. */
export type RetryBook = { toldIn(model: ReportModel): Promise<ReportModel> };

/** A book that finds a run with `gather`. A run inside that the server has forgotten has retried nothing. */
export function createRetryBook(gather: (workflowId: string) => Promise<ReportModel>): RetryBook {
  const kept = new Map<string, Promise<readonly Retry[]>>();
  const retriesOf = ({ workflowId, runId = workflowId }: Inside, depth: number): Promise<readonly Retry[]> => {
    const known = kept.get(runId);
    if (known) return known;
    const found = gather(workflowId).then(
      async (model) => (await told(model, depth + 1)).retries,
      () => [],
    );
    kept.set(runId, found);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return found;
  };
  const told = async (model: ReportModel, depth: number): Promise<ReportModel> => {
    if (depth > DEEPEST) return model;
    const ended = insideWithRetries(model).filter(({ status }) => status !== 'running');
    const asked = ended.slice(0, MOST_INSIDE);
    const found = await Promise.all(asked.map((inside) => retriesOf(inside, depth)));
    return withRetriesInside(model, (inside) => found[asked.indexOf(inside)]);
  };
  return { toldIn: (model) => told(model, 1) };
}
