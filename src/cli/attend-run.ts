import type { Envelope, RunHandle } from '../client';
import { EXIT } from '../contracts/run';
import { exitStatusOfRun } from './failure-info';
import { followRun, tendWhileWaiting } from './follow-run';
import { takeInterrupt } from './interrupt';
import type { RunView } from './run-board';
import { createRunBoard } from './run-board';
import type { Session } from './session';
import { showEnded, tellApproval, tellDetached, waitingApprovals } from './show-run';
import type { Terminal } from './terminal';

export type AttendOptions = {
  handle: RunHandle;
  title: string;
  json: boolean;
  quiet?: boolean;
  /** Called before the result is shown. */
  onEnded?: (envelope: Envelope) => Promise<void>;
};

/** Follows one run to its end, shows its result, and says with which status the command exits. */
export async function attendRun(
  session: Session,
  terminal: Terminal,
  { handle, title, json, quiet = false, onEnded }: AttendOptions,
): Promise<number> {
  const interrupt = takeInterrupt();
  const stopTending = tendWhileWaiting(session, terminal, handle);
  const board = quiet ? undefined : createRunBoard(terminal, { onlyOne: true });
  let envelope: Envelope | undefined;
  try {
    const told = new Set<string>();
    const asked = await handle.status().catch(() => 'running');
    const goesOn = asked === 'running' || asked === 'paused';
    const onView = board && {
      onView: (view: RunView) => {
        board.update(title, view);
        // One that was ended from outside still says that it waits.
        if (goesOn) tellApprovals(terminal, handle, view, told);
      },
    };
    envelope = await followRun(handle, { signal: interrupt.signal, ...onView });
  } finally {
    stopTending();
    board?.close();
  }
  if (!envelope) {
    tellDetached(terminal, [handle]);
    if (json) terminal.printJson(runningEnvelope(handle));
    return EXIT.interrupted;
  }
  interrupt.release();
  await onEnded?.(envelope);
  if (json) terminal.printJson(envelope);
  else await showEnded(session, terminal, { title, envelope });
  return exitStatusOfRun(envelope);
}

/** How to decide a step that waits for approval: once each time that it waits. */
function tellApprovals(terminal: Terminal, { workflowId }: RunHandle, { progress }: RunView, told: Set<string>): void {
  for (const step of waitingApprovals(progress)) {
    const wait = `${step.name} ${step.startedAt ?? ''}`;
    if (!told.has(wait)) tellApproval(terminal, workflowId, step);
    told.add(wait);
  }
}

/** The envelope of a run that goes on. */
export function runningEnvelope({ workflowId, runId, pattern }: RunHandle): Envelope {
  return { workflowId, runId, pattern, status: 'running' };
}
