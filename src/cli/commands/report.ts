import path from 'node:path';
import type { Envelope } from '../../client';
import { CadenzaError } from '../../contracts/failures';
import { shown } from '../../contracts/nearest-name';
import { EXIT } from '../../contracts/run';
import { compareRuns } from '../../report/compare/compare-runs';
import { gatherReport, gatherWithInside } from '../../report/gather-report';
import type { ReportModel } from '../../report/model/report-model';
import type { Page } from '../../report/page/document';
import { renderComparison } from '../../report/compare/render-comparison';
import { renderReportFile } from '../../report/render-report';
import type { Session } from '../session';
import type { Terminal } from '../terminal';
import { withRun } from '../with-run';
import { writePrivate } from '../write-private';

export type ReportOptions = { output?: string; json?: boolean };

/** `cadenza report <id> [other]`: one HTML file about a run, or about two side by side. Returns the exit status. */
export function report(
  terminal: Terminal,
  id: string,
  other: string | undefined,
  { output, json = false }: ReportOptions,
): Promise<number> {
  return withRun(terminal, id, 'any', async (session, handle) => {
    const { cadenza } = session;
    const at = new Date();
    const models: ReportModel[] = [];
    let page: Page;
    if (other === undefined) {
      const [model, ...inside] = await gatherWithInside(cadenza, id);
      models.push(model as ReportModel);
      page = renderReportFile([model as ReportModel, ...inside], { temporal: temporalOf(session), at });
    } else {
      models.push(await gatherReport(cadenza, id), await gatherReport(cadenza, other));
      const [a, b] = models as [ReportModel, ReportModel];
      page = renderComparison(compareRuns(a, b), at);
    }
    const file = path.resolve(output ?? defaultName(id, other));
    await write(file, page.markup, output !== undefined);
    const { workflowId, runId, pattern } = handle;
    const { status } = models[0] as ReportModel;
    const envelope: Envelope = { workflowId, runId, pattern, status, result: { file } };
    if (json) terminal.printJson(envelope);
    else {
      terminal.print([file]);
      terminal.say('Written: open it in a browser. It holds the texts of the run.');
    }
    return EXIT.ok;
  });
}

function temporalOf(session: Session): (run: { workflowId: string; runId: string }) => string | undefined {
  return (run) => session.webAddress(run);
}

/** `cadenza-ID.html`; what a file name should not have becomes a dash. */
export function defaultName(id: string, other?: string): string {
  const plain = (text: string) =>
    text
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 100) || 'run';
  return `cadenza-${plain(id)}${other === undefined ? '' : `-${plain(other)}`}.html`;
}

/** Texts of runs may be nobody else's business: the file is its owner's only. */
async function write(file: string, markup: string, isNamed: boolean): Promise<void> {
  // A name that a person gave means what stands there; a link that lies under the usual name may be anybody's.
  await writePrivate(file, markup, { followsLinks: isNamed }).catch((error: NodeJS.ErrnoException) => {
    throw new CadenzaError(
      'InvalidInput',
      `--output: can not write "${shown(file)}" (${error.code ?? 'unknown error'})`,
      {
        field: 'output',
      },
    );
  });
}
