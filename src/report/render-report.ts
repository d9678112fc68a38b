import { html } from './html';
import type { Content } from './html';
import type { ReportModel } from './model/report-model';
import type { Page } from './page/document';
import { documentPage } from './page/document';
import { runArticle, runMain } from './page/run-page';
import type { RunLinks } from './page/run-page';
import { PATTERN_WORDS } from './page/run-parts';

/**
 * One file with everything about a run and the runs inside it. It loads nothing and asks nobody, so it can be kept, sent
 * and opened anywhere. `temporal` is the address of a run in the Temporal UI, where that is known.
 */
export function renderReportFile(
  [model, ...inside]: readonly [ReportModel, ...ReportModel[]],
  { temporal, at }: { temporal?: (run: { workflowId: string; runId: string }) => string | undefined; at: Date },
): Page {
  const scopes = new Map(inside.map((one) => [one.workflowId, one.scope]));
  const linksOf = (run: ReportModel): RunLinks => ({
    inside: ({ workflowId }) => {
      const scope = scopes.get(workflowId);
      return scope === undefined ? undefined : `#${scope}top`;
    },
    parent: (workflowId) => (workflowId === model.workflowId ? '#main' : `#${scopes.get(workflowId) ?? ''}top`),
    temporal: temporal?.(run),
  });
  const main: Content = html`${runMain(model, linksOf(model))}${inside.map((run) => runArticle(run, linksOf(run)))}`;
  return documentPage({ title: titleOf(model), main }, at);
}

/** What a browser calls the page of a run. */
export function titleOf({ pattern, title, status, workflowId }: ReportModel): string {
  return `${PATTERN_WORDS[pattern] ?? pattern}${title === '' ? '' : ` ${title}`}, ${status.replace('_', ' ')}: ${workflowId}`;
}
