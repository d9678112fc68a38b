/** Does what telemetry does beside the work: what it throws is no reason to lose an answer. */
export function unheard(work: () => void): void {
  try {
    work();
  } catch {
    // Nobody waits for it.
  }
}
