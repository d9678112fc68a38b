/** How a batch stands, in numbers. Times in milliseconds. */
export type BatchPace = {
  items: number;
  /** Items that ended by themselves, and the sum of how long each took. */
  ended: number;
  tookMs: number;
  costUsd: number;
  /** For how long each running item has run. */
  runningMs: readonly number[];
  maxParallel: number;
};

/**
 * The time and the money that a batch will take, as if every item were like the mean of those that ended. Undefined
 * before the first has. Time counts the rest of what runs, side by side as the limit allows.
 */
export function estimate(pace: BatchPace): { secondsLeft: number; estimatedCostUsd: number } | undefined {
  const { items, ended, tookMs, costUsd, runningMs, maxParallel } = pace;
  if (ended === 0) return undefined;
  const mean = tookMs / ended;
  const waiting = Math.max(0, items - ended - runningMs.length);
  const rest = runningMs.reduce((sum, ran) => sum + Math.max(0, mean - ran), 0);
  const lanes = Math.max(1, Math.min(maxParallel, waiting + runningMs.length));
  // Never less than the running item that has longest to go, nor than one item where one waits.
  const least = waiting > 0 ? mean : Math.max(0, ...runningMs.map((ran) => mean - ran));
  const left = Math.max(least, (waiting * mean + rest) / lanes);
  return { secondsLeft: left / 1000, estimatedCostUsd: (costUsd / ended) * items };
}
