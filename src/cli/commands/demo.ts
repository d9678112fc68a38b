import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Envelope } from '../../client';
import { packageRoot } from '../../config/package-paths';
import { CadenzaError } from '../../contracts/failures';
import { EXIT, exitStatusFor } from '../../contracts/run';
import { analyzeFiles } from '../analyze-files';
import { tendWhileWaiting } from '../follow-run';
import { takeInterrupt } from '../interrupt';
import { loadOutput } from '../load-output';
import { cleanLine } from '../render/clean-text';
import { documentLines } from '../render/document-result';
import { wrapped } from '../render/layout';
import { shownSeconds, shownUsage } from '../render/numbers';
import { runMark } from '../render/paint';
import { asPipelineResult, stepsOf } from '../render/run-result';
import { createRunBoard } from '../run-board';
import type { Session } from '../session';
import { openSession } from '../session';
import { COMMAND } from '../command-name';
import { tellDetached } from '../show-run';
import type { Terminal } from '../terminal';

/** `cadenza demo`: the main job on the documents that ship with the product. Returns the exit status. */
export async function demo(terminal: Terminal): Promise<number> {
  const startedAt = Date.now();
  const files = sampleDocuments();
  const session = await openSession(terminal, { worker: 'exact' });
  try {
    if (session.models !== undefined) terminal.show(wrapped(session.models, terminal.columns, 0));
    const interrupt = takeInterrupt();
    const board = createRunBoard(terminal);
    const stopTending = tendWhileWaiting(session, terminal);
    const { signal } = interrupt;
    const results = await analyzeFiles(session, files, { board, signal, detach: false }).finally(() => {
      stopTending();
      board.close();
    });
    const envelopes = results.flatMap((envelope) => envelope ?? []);
    if (signal.aborted) {
      const left = envelopes.filter(({ status }) => status === 'running');
      tellDetached(terminal, left);
      return EXIT.interrupted;
    }
    interrupt.release();
    for (const [index, envelope] of envelopes.entries())
      await showDocument(session, terminal, files[index]?.title ?? '', envelope);
    showEnd(session, terminal, envelopes, (Date.now() - startedAt) / 1000);
    return Math.max(...envelopes.map(({ status }) => exitStatusFor(status)));
  } finally {
    await session.close();
  }
}

/** The documents whose expected answers sit beside them; without that list, all that are not about the folder itself. */
function sampleDocuments(): { file: string; title: string }[] {
  const folder = path.join(packageRoot(), 'examples', 'documents');
  const expected = path.join(folder, 'expected.json');
  const names = existsSync(expected)
    ? Object.keys(JSON.parse(readFileSync(expected, 'utf8')) as object)
    : existsSync(folder)
      ? readdirSync(folder).filter((name) => !/^(README\.md|expected\.json)$/.test(name))
      : [];
  if (names.length === 0) throw new CadenzaError('DocumentMissing', `there are no sample documents in ${folder}`);
  return names.map((name) => ({ file: path.join(folder, name), title: name }));
}

async function showDocument(session: Session, terminal: Terminal, title: string, envelope: Envelope): Promise<void> {
  const { columns, resultPaint: paint } = terminal;
  const output = await loadOutput(envelope, (reference) => session.cadenza.readContent(reference));
  const { status, error } = envelope;
  terminal.print([
    '',
    `${runMark(status, paint)} ${paint.bold(cleanLine(title))}`,
    ...(error ? wrapped(`${error.type}: ${cleanLine(error.message)}`, columns, 2).map(paint.red) : []),
    ...(typeof output === 'object' && output !== null && !Array.isArray(output)
      ? documentLines(output, { columns, paint })
      : []),
    ...decidedBy(envelope, columns, paint.bold),
  ]);
}

/** In one sentence which model did what, how long that took and what it cost. */
function decidedBy({ result }: Envelope, columns: number, bold: (text: string) => string): string[] {
  const pipeline = asPipelineResult(result);
  if (!pipeline) return [];
  const steps = Object.values(pipeline.results).flatMap(({ stepName, models = [], durationSeconds }) =>
    models.length > 0 ? [`${stepName} by ${models.join(', ')} in ${shownSeconds(durationSeconds)}`] : [],
  );
  const notes = stepsOf(pipeline).flatMap(({ name, note }) =>
    note === undefined ? [] : [`${name}: ${cleanLine(note)}`],
  );
  const sentence = [...steps, shownUsage(pipeline.usage)].join('; ');
  return [
    ...notes.flatMap((note, index) => wrapped(note, columns, 14, bold((index === 0 ? '  Notes' : '').padEnd(14)))),
    ...wrapped(sentence, columns, 14, bold('  Decided'.padEnd(14))),
  ];
}

function showEnd(session: Session, terminal: Terminal, envelopes: readonly Envelope[], seconds: number): void {
  const done = envelopes.filter(({ status }) => status === 'completed').length;
  const [first] = envelopes;
  const address = first?.workflowId ? session.webAddress({ workflowId: first.workflowId }) : undefined;
  terminal.show([
    '',
    terminal.paint.bold(`${done} of ${envelopes.length} documents analysed in ${shownSeconds(seconds)}.`),
    ...(address === undefined
      ? []
      : [`  All runs    ${address.split('/').slice(0, -1).join('/')}`, `  First run   ${address}`]),
    `  Your file   ${COMMAND} analyze path/to/file.pdf`,
    `  Stop        ${COMMAND} down`,
  ]);
}
