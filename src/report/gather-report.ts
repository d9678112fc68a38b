import type { Cadenza, RunRecord } from '../client';
import type { JsonValue } from '../contracts/json';
import type { ReportModel } from './model/report-model';
import { buildReport } from './model/report-model';
import { insideWithRetries, withRetriesInside } from './model/retries';
import { elementId } from './page/parts';
import { loadTexts } from './texts';

/** What a report needs of a client. */
export type ReportSource = Pick<Cadenza, 'record' | 'readContent'>;

/** Runs inside one that a file shows too: so many, and so deep. */
const MOST_INSIDE = 40;
const DEEPEST = 4;

/** One run as its page shows it, with the texts that it refers to. @throws CadenzaError `RunNotFound` */
export async function gatherReport(source: ReportSource, workflowId: string, scope = ''): Promise<ReportModel> {
  const record = await source.record(workflowId);
  const texts = await loadTexts(valuesOf(record), record.tenant, source.readContent);
  return buildReport(record, texts, Date.now(), scope);
}

/** A run and the runs inside it, those of a batch and a router left out: of them there may be thousands. */
export async function gatherWithInside(source: ReportSource, workflowId: string): Promise<ReportModel[]> {
  const gathered = [await gatherReport(source, workflowId)];
  let next = insideOf(gathered);
  for (let depth = 1; depth <= DEEPEST && next.length > 0; depth += 1) {
    const level = await Promise.all(
      next.slice(0, MOST_INSIDE + 1 - gathered.length).map((id) =>
        // A run inside that the server has forgotten is told by what its parent knows of it.
        gatherReport(source, id, `${elementId('run', id)}-`).catch(() => undefined),
      ),
    );
    const found = level.filter((one) => one !== undefined);
    gathered.push(...found);
    next = insideOf(found);
  }
  return toldOfRetries(gathered);
}

/** Those inside before those that they are in. */
function toldOfRetries(gathered: readonly ReportModel[]): ReportModel[] {
  const told = new Map<string, ReportModel>();
  for (const model of [...gathered].reverse())
    told.set(
      model.workflowId,
      withRetriesInside(model, ({ workflowId }) => told.get(workflowId)?.retries),
    );
  return gathered.map((model) => told.get(model.workflowId) ?? model);
}

function insideOf(models: readonly ReportModel[]): string[] {
  return models.flatMap(insideWithRetries).map(({ workflowId }) => workflowId);
}

/** Where texts may be: what was given, what came out, what steps gave. */
function valuesOf({ input, envelope, plan, deadLetters }: RunRecord): JsonValue[] {
  return [
    input,
    envelope.result ?? null,
    (plan?.results ?? null) as unknown as JsonValue,
    (deadLetters?.letters ?? null) as unknown as JsonValue,
  ];
}
