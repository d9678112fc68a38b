import { setMaxListeners } from 'node:events';

/**
 * A signal that fires when the caller's does, or when the time is up. `openai` counts the time to the headers only, so
 * an answer that trickles in would have no end.
 */
export type Deadline = { signal: AbortSignal; timedOut(): boolean; release(): void };

/** Starts the clock. `release` must be called at the end, or the caller's long-lived signal keeps a listener. */
export function startDeadline(outer: AbortSignal, timeoutMs: number): Deadline {
  const controller = new AbortController();
  let timedOut = false;
  const onAbort = () => controller.abort(outer.reason);
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort();
  }, timeoutMs);
  // One signal may stand over hundreds of calls at once; Node would print a warning at the eleventh.
  setMaxListeners(10_000, outer);
  if (outer.aborted) onAbort();
  else outer.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    timedOut: () => timedOut,
    release() {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    },
  };
}
