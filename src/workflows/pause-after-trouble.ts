import { sleep } from '@temporalio/workflow';

/** Waits a while before a run tries again what it does beside its steps, such as loading and storing. */
export function pauseAfterTrouble(): Promise<void> {
  return sleep(5_000, { summary: 'a pause after trouble' });
}
