import path from 'node:path';
import type { Envelope, RunHandle } from '../client';
import { checkDocument } from '../client';
import { failedEnvelope, failureInfo } from './failure-info';
import { followRun } from './follow-run';
import { loadOutput } from './load-output';
import { documentHeadline } from './render/document-result';
import { DOCUMENT_ANALYSIS } from './render/run-result';
import type { RunBoard } from './run-board';
import type { Session } from './session';
import { runningEnvelope } from './attend-run';
import { withBudget } from './with-budget';

/** Where runs are shown and given up, and what each may cost. */
type Analysis = { board: RunBoard; signal: AbortSignal; detach: boolean; budget: string | undefined };

/** Documents analysed at the same time. */
const AT_ONCE = 3;

/** The failure of each file that can not be read, before anything is started. */
export async function refuseBadFiles(files: readonly string[]): Promise<(Envelope | undefined)[]> {
  return Promise.all(
    files.map((file) =>
      checkDocument(file).then(
        () => undefined,
        (error: unknown) => failedEnvelope('pipeline', failureInfo(error)),
      ),
    ),
  );
}

/** Names for people: the file name, with as much of the folders as tells two of the same name apart. */
export function titlesOf(files: readonly string[]): string[] {
  const names = files.map((file) => path.basename(file));
  return files.map((file, index) => {
    const name = names[index] ?? file;
    if (names.filter((other) => other === name).length === 1) return name;
    return files.filter((other) => other === file).length === 1 ? file : `${file} (${index + 1})`;
  });
}

/**
 * Analyses files, a few at once, in their order; one that goes wrong does not stop the others. With `detach` runs are
 * started and not followed. After the signal no further one is started, and what is missing stays `undefined`.
 */
export async function analyzeFiles(
  session: Session,
  files: readonly { file: string; title: string; refused?: Envelope | undefined }[],
  {
    board,
    signal,
    detach,
    budget,
  }: { board: RunBoard; signal: AbortSignal; detach: boolean; budget?: string | undefined },
): Promise<(Envelope | undefined)[]> {
  const envelopes: (Envelope | undefined)[] = files.map(() => undefined);
  const waiting = [...files.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next && !signal.aborted; next = waiting.shift()) {
      const [index, { file, title, refused }] = next;
      envelopes[index] = refused ?? (await analyzeFile(session, { file, title, board, signal, detach, budget }));
      const envelope = envelopes[index];
      if (envelope.status !== 'running') board.finish(title, envelope.status, await headlineOf(session, envelope));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return envelopes;
}

async function analyzeFile(session: Session, options: Analysis & { file: string; title: string }): Promise<Envelope> {
  const { file, title, board, signal, detach, budget } = options;
  let handle: RunHandle | undefined;
  // First of all, so that runs stand in the order of the files.
  if (!detach) board.update(title, {});
  try {
    handle = await session.cadenza.start(
      'pipeline',
      withBudget({ definition: DOCUMENT_ANALYSIS, input: { file } }, budget),
    );
    if (detach) return runningEnvelope(handle);
    const envelope = await followRun(handle, { signal, onView: (view) => board.update(title, view) });
    return envelope ?? runningEnvelope(handle);
  } catch (error) {
    const { workflowId = null, runId = null } = handle ?? {};
    return { ...failedEnvelope('pipeline', failureInfo(error)), workflowId, runId };
  }
}

async function headlineOf(session: Session, envelope: Envelope): Promise<string> {
  if (envelope.error) return `${envelope.error.type}: ${envelope.error.message}`;
  const output = await loadOutput(envelope, (reference) => session.cadenza.readContent(reference));
  return typeof output === 'object' && output !== null && !Array.isArray(output) ? documentHeadline(output) : '';
}
