import { createHash } from 'node:crypto';
import type { Cadenza } from '../../client';
import { gatherReport } from '../gather-report';
import { markupOf } from '../html';
import type { Html } from '../html';
import type { ReportModel } from '../model/report-model';
import { runMain } from '../page/run-page';
import { createRetryBook } from './retry-book';

/** The main part of a run's page as it was last built. */
export type BuiltRun = { model: ReportModel; main: Html; tag: string; isOver: boolean };

export type RunPages = { of(workflowId: string): Promise<BuiltRun> };

/** One that goes on is looked at again after this; one that has ended never changes. */
const FRESH_MS = 800;
const MOST_KEPT = 50;

/**
 * Pages of runs, each built once for all that ask at the same time. `addressOf` is where the page of a run is, `temporal`
 * where the Temporal UI shows it.
 */
export function createRunPages(
  cadenza: Cadenza,
  addressOf: (workflowId: string) => string,
  temporal: (run: { workflowId: string; runId: string }) => string | undefined,
): RunPages {
  const kept = new Map<string, { at: number; built: Promise<BuiltRun>; isOver: boolean }>();
  const retries = createRetryBook((workflowId) => gatherReport(cadenza, workflowId));
  const build = async (workflowId: string): Promise<BuiltRun> => {
    const model = await retries.toldIn(await gatherReport(cadenza, workflowId));
    const main = runMain(model, {
      inside: (inside) => addressOf(inside.workflowId),
      parent: addressOf,
      temporal: temporal(model),
    });
    const tag = `"${createHash('sha256').update(markupOf(main)).digest('base64url').slice(0, 24)}"`;
    return { model, main, tag, isOver: model.endedAt !== undefined };
  };
  return {
    of(workflowId) {
      const found = kept.get(workflowId);
      if (found && (found.isOver || Date.now() - found.at < FRESH_MS)) return found.built;
      const entry = { at: Date.now(), built: build(workflowId), isOver: false };
      kept.delete(workflowId);
      kept.set(workflowId, entry);
      entry.built.then(
        // A run without a Worker to tell of its steps is asked again.
        ({ isOver, model }) => Object.assign(entry, { at: Date.now(), isOver: isOver && model.progress !== undefined }),
        () => kept.delete(workflowId),
      );
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      return entry.built;
    },
  };
}
