import type { Envelope } from '../../client';
import { EXIT } from '../../contracts/run';
import { analyzeFiles, refuseBadFiles, titlesOf } from '../analyze-files';
import { exitStatusOfFailure, exitStatusOfRun, failedEnvelope, failureInfo } from '../failure-info';
import { tendWhileWaiting } from '../follow-run';
import { takeInterrupt } from '../interrupt';
import { cleanLine } from '../render/clean-text';
import { createRunBoard } from '../run-board';
import type { Session } from '../session';
import { openSession } from '../session';
import { COMMAND } from '../command-name';
import { tellDetached, showEnded } from '../show-run';
import type { Terminal } from '../terminal';
import { withBudget } from '../with-budget';

export type AnalyzeOptions = { models?: string; budget?: string; detach?: boolean; json?: boolean };

/** `cadenza analyze <file…>`: the shipped analysis of each document. Returns the exit status. */
export async function analyze(terminal: Terminal, files: readonly string[], options: AnalyzeOptions): Promise<number> {
  const { models, budget, detach = false, json = false } = options;
  withBudget({}, budget);
  const refused = await refuseBadFiles(files);
  const titles = titlesOf(files);
  if (refused.every((envelope) => envelope !== undefined)) {
    if (json) printEnvelopes(terminal, refused);
    else refused.forEach((envelope, index) => sayRefused(terminal, titles[index], envelope));
    return exitStatusOf(refused);
  }
  let session: Session;
  try {
    session = await openSession(terminal, { worker: 'exact', models });
  } catch (error) {
    const info = failureInfo(error);
    // Every file has its envelope, whatever stopped it.
    if (files.length === 1 || !json) throw error;
    printEnvelopes(
      terminal,
      files.map((_, index) => refused[index] ?? failedEnvelope('pipeline', info)),
    );
    return exitStatusOfFailure(info);
  }
  try {
    const asked = files.map((file, index) => ({ file, title: titles[index] ?? file, refused: refused[index] }));
    return await analyzeAll(session, terminal, asked, { detach, json, budget });
  } finally {
    await session.close();
  }
}

type Asked = { file: string; title: string; refused: Envelope | undefined };

async function analyzeAll(
  session: Session,
  terminal: Terminal,
  files: readonly Asked[],
  { detach, json, budget }: { detach: boolean; json: boolean; budget: string | undefined },
): Promise<number> {
  if (session.models !== undefined) terminal.say(session.models);
  const interrupt = takeInterrupt();
  const board = createRunBoard(terminal, { onlyOne: files.length === 1 });
  const stopTending = tendWhileWaiting(session, terminal);
  const { signal } = interrupt;
  const results = await analyzeFiles(session, files, { board, signal, detach, budget }).finally(() => {
    stopTending();
    board.close();
  });
  if (!signal.aborted) interrupt.release();

  const envelopes = results.map((envelope) => envelope ?? notStarted());
  const left = envelopes.filter(({ status }) => status === 'running');
  if (json) printEnvelopes(terminal, envelopes);
  else await showAll(session, terminal, files, envelopes, detach);
  if (signal.aborted) {
    tellDetached(terminal, left);
    return EXIT.interrupted;
  }
  if (detach && !json)
    terminal.say(`Started and left alone: \`${COMMAND} watch ID\` follows a run, \`${COMMAND} list\` shows them.`);
  return exitStatusOf(envelopes);
}

async function showAll(
  session: Session,
  terminal: Terminal,
  files: readonly Asked[],
  envelopes: readonly Envelope[],
  detach: boolean,
): Promise<void> {
  for (const [index, envelope] of envelopes.entries()) {
    const title = files[index]?.title ?? '';
    if (envelope.workflowId === null) sayRefused(terminal, title, envelope);
    else if (envelope.status === 'running' && !detach) continue;
    else if (envelope.status === 'running') terminal.print([`${envelope.workflowId}  ${cleanLine(title)}`]);
    else await showEnded(session, terminal, { title, envelope });
    if (index < envelopes.length - 1 && envelope.status !== 'running') terminal.print(['']);
  }
}

function sayRefused(terminal: Terminal, title: string | undefined, { error }: Envelope): void {
  terminal.show([`${terminal.paint.red('✗')} ${cleanLine(title ?? '')}: ${cleanLine(error?.message ?? '')}`]);
}

function notStarted(): Envelope {
  return failedEnvelope('pipeline', { type: 'Cancelled', message: 'not started: the command was interrupted before' });
}

/** One file: its envelope; several: all of them, in the order they were given. */
function printEnvelopes(terminal: Terminal, envelopes: readonly (Envelope | undefined)[]): void {
  terminal.printJson(envelopes.length === 1 ? envelopes[0] : { runs: envelopes });
}

/** 2 only where nothing but bad input stood in the way. */
function exitStatusOf(envelopes: readonly (Envelope | undefined)[]): number {
  const statuses = envelopes.map((envelope) => (envelope ? exitOf(envelope) : EXIT.ok));
  if (statuses.every((status) => status === EXIT.ok)) return EXIT.ok;
  return statuses.every((status) => status === EXIT.badInput) ? EXIT.badInput : EXIT.failed;
}

function exitOf(envelope: Envelope): number {
  return envelope.workflowId === null && envelope.error
    ? exitStatusOfFailure({ type: envelope.error.type as 'Internal' })
    : exitStatusOfRun(envelope);
}
