/** Runs one task after another. */
export type TurnQueue = {
  /**
   * Runs `task` when all before it are done. Rejects with the signal's reason where it is aborted while it waits.
   * Undefined where as many wait as may: nothing was queued.
   */
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> | undefined;
};

/** A queue in which at most `limit` tasks wait or run. */
export function createTurnQueue(limit: number): TurnQueue {
  let last: Promise<unknown> = Promise.resolve();
  let length = 0;
  return {
    run(task, signal) {
      if (length >= limit) return undefined;
      length += 1;
      const turn = last.then(() => {
        signal.throwIfAborted();
        return task();
      });
      last = turn.catch(() => undefined).finally(() => (length -= 1));
      return turn;
    },
  };
}
