import { sleep } from '@temporalio/workflow';
import { windowOfField } from '../core/budget/window-budgets';
import { windowAt } from '../core/budget/windows';
import { isoTime } from '../core/iso-time';
import { describeFailure } from './run-failure';

/** Told what a call waits for, and with undefined that it waits no more. */
export type OnWait = (note: string | undefined) => void;

/** The next window has started then also by a clock that is a little behind. */
const LATER_MS = 500;

/**
 * Asks, and where the window of a budget has too little left for it, waits with a timer for the next one and asks again:
 * as often as need be, and none of it is an attempt of the call. Rejects as `ask` does, or where the run is cancelled.
 */
export async function pastFullWindows<R>(ask: () => Promise<R>, onWait: OnWait = () => undefined): Promise<R> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const { type, field } = describeFailure(error).info;
      const full = type === 'BudgetWindowFull' ? windowOfField(field) : undefined;
      if (!full) throw error;
      const now = Date.now();
      const opensAt = windowAt(full.window, now).end;
      onWait(`waits for the next window of the budget ${full.name}, at ${isoTime(opensAt)}`);
      await sleep(opensAt - now + LATER_MS, { summary: `next window of ${full.name}` });
      onWait(undefined);
    }
  }
}
