/** Temporal refuses a run's 2,001st pending activity or child; steps without a list, and callbacks, need some too. */
const ENTRIES_OF_A_RUN = 1500;

/** Entries of one list that may run at once: what the step says, and its share of what a run may have pending. */
export function entriesAtOnce(maxParallel: number, steps: readonly { forEach?: unknown }[]): number {
  const lists = steps.filter(({ forEach }) => forEach !== undefined).length;
  return Math.max(1, Math.min(maxParallel, Math.floor(ENTRIES_OF_A_RUN / Math.max(1, lists))));
}
