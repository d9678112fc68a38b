import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { patched, sleep } from '@temporalio/workflow';
import { windowOfField } from '../core/budget/window-budgets';
import { windowAt } from '../core/budget/windows';
import { isoTime } from '../core/iso-time';
import type { DescribedFailure } from './run-failure';
import { describeFailure, WORKER_SHUTDOWN } from './run-failure';

/** Told what a call waits for, and with undefined that it waits no more. */
export type OnWait = (note: string | undefined) => void;

/** Where and how often an activity is tried: on the Workflow's own task queue where none is named. */
export type Turn = { taskQueue?: string | undefined; attempts: number };

export type AskOptions = {
  turn: Turn;
  /** Longest wait for a provider, in milliseconds; windows of budgets are waited for beyond it. */
  withinMs?: number | undefined;
  onWait?: OnWait | undefined;
  /** That a Worker died under a call says nothing about the call: safe for what the journal keeps from being paid twice. */
  outlivesWorkers?: boolean;
};

/** The next window has started then also by a clock that is a little behind. */
const LATER_MS = 500;

/** A provider that is away is waited for so often, up to some hours in all. */
const MOST_PAUSES = 50;

/** So often all attempts of a call may end with their Workers: who takes down every Worker must not do so for ever. */
const MOST_LOST = 5;

/**
 * Asks until there is an answer or a failure that stands. What is waited for with a timer is no attempt of the call: the
 * next window of a budget, and a provider that is paused. A call that has to go to the queue of its provider, or has to
 * wait there for one more turn, goes there; one whose Worker was shut down in the last attempt goes to another Worker.
 * Rejects as `ask` does, or where the run is cancelled.
 */
export async function askAgain<R extends { attempts: number }>(
  ask: (turn: Turn) => Promise<R>,
  { turn: first, withinMs = Number.POSITIVE_INFINITY, onWait = () => undefined, outlivesWorkers = false }: AskOptions,
): Promise<R> {
  let turn = first;
  let used = 0;
  let pauses = 0;
  let lost = 0;
  let waitedMs = 0;
  const wait = async (milliseconds: number, note: string, summary: string) => {
    onWait(note);
    await sleep(milliseconds, { summary });
    onWait(undefined);
  };
  for (;;) {
    try {
      const outcome = await ask(turn);
      return used > 0 ? { ...outcome, attempts: outcome.attempts + used } : outcome;
    } catch (error) {
      const failure = describeFailure(error);
      const { type, field, message } = failure.info;
      const full = type === 'BudgetWindowFull' ? windowOfField(field) : undefined;
      if (full) {
        const now = Date.now();
        const opensAt = windowAt(full.window, now).end;
        const note = `waits for the next window of the budget ${full.name}, at ${isoTime(opensAt)}`;
        await wait(opensAt - now + LATER_MS, note, `next window of ${full.name}`);
        continue;
      }
      const waitMs = failure.detail?.waitMs;
      // Its Worker was told to end while this was its last attempt: that is no attempt of the call.
      if (endedWithItsWorker(error) && patched('outlives-shutdowns')) {
        used += turn.attempts - 1;
        turn = { ...turn, attempts: 1 };
        continue;
      }
      if (type === 'WorkerLost' && outlivesWorkers && lost < MOST_LOST && patched('outlives-workers')) {
        lost += 1;
        used += turn.attempts;
        continue;
      }
      if (type === 'ProviderTurn' && field !== undefined) turn = { ...turn, taskQueue: field };
      else if (type === 'ProviderPaused' && waitMs !== undefined) {
        pauses += 1;
        waitedMs += waitMs;
        if (pauses > MOST_PAUSES || waitedMs > withinMs) throw error;
        await wait(waitMs, message, 'provider paused');
      } else if (neverStarted(error) && turn.taskQueue !== undefined) {
        // Its Workers may have another registry by now: those of the run itself know where to go.
        turn = { ...turn, taskQueue: undefined };
      } else throw error;
      const failed = attemptsBefore(failure);
      used += failed;
      turn = { ...turn, attempts: Math.max(1, turn.attempts - failed) };
    }
  }
}

/** Attempts that were made before the one that only waits. */
function attemptsBefore({ detail }: DescribedFailure): number {
  return Math.max(0, (detail?.attempts ?? 1) - 1);
}

/** No Worker has taken it from its queue in time. */
function neverStarted(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
}

/** Its Worker was told to end, and the grace time was over: the SDK's own word for it, which uses up an attempt. */
function endedWithItsWorker(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === WORKER_SHUTDOWN;
}
