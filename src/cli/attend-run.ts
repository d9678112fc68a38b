import type { Envelope, RunHandle } from '../client';
import { EXIT } from '../contracts/run';
import { exitStatusOfRun } from './failure-info';
import { followRun, tendWhileWaiting } from './follow-run';
import { takeInterrupt } from './interrupt';
import { createRunBoard } from './run-board';
import type { Session } from './session';
import { detachedSentence, showEnded } from './show-run';
import type { Terminal } from './terminal';

/** Follows one run to its end, shows its result, and says with which status the command exits. */
export async function attendRun(
  session: Session,
  terminal: Terminal,
  { handle, title, json, quiet = false }: { handle: RunHandle; title: string; json: boolean; quiet?: boolean },
): Promise<number> {
  const interrupt = takeInterrupt();
  const stopTending = tendWhileWaiting(session, terminal);
  const board = quiet ? undefined : createRunBoard(terminal, { onlyOne: true });
  let envelope: Envelope | undefined;
  try {
    const onView = board && { onView: (view: Parameters<typeof board.update>[1]) => board.update(title, view) };
    envelope = await followRun(handle, { signal: interrupt.signal, ...onView });
  } finally {
    stopTending();
    board?.close();
  }
  if (!envelope) {
    terminal.say(detachedSentence([handle]));
    if (json) terminal.printJson(runningEnvelope(handle));
    return EXIT.interrupted;
  }
  interrupt.release();
  if (json) terminal.printJson(envelope);
  else await showEnded(session, terminal, { title, envelope });
  return exitStatusOfRun(envelope);
}

/** The envelope of a run that goes on. */
export function runningEnvelope({ workflowId, runId, pattern }: RunHandle): Envelope {
  return { workflowId, runId, pattern, status: 'running' };
}
