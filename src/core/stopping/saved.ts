import type { Saved } from '../../contracts/decision.schema';
import type { CallUsage } from '../../contracts/usage';
import type { Seat } from '../votes/ballot';
import { NO_USAGE, addCounts, totalOf } from '../usage';

/** How a seat ended that was asked to its end, with what it used. */
export type SeatUsage = { index: number; usage: CallUsage };

/**
 * What stopping early saved: seats never asked, seats cut off, and what the first would have taken by the mean of the
 * same member's finished seats, else of the same model's. Means are rounded down: a saving is never overstated.
 */
export function savedBy(
  seats: readonly Seat[],
  { started, cancelled, finished }: { started: ReadonlySet<number>; cancelled: number; finished: readonly SeatUsage[] },
): Saved {
  const usageOf = new Map(finished.map(({ index, usage }) => [index, totalOf(usage)]));
  const done = seats.filter(({ index }) => usageOf.has(index));
  const unasked = seats.filter(({ index }) => !started.has(index));
  let unknownCalls = 0;
  let costNanoUsd = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  for (const seat of unasked) {
    const sameMember = done.filter(({ member }) => member === seat.member);
    const sameModel = done.filter(({ model }) => model !== undefined && model === seat.model);
    const like = sameMember.length > 0 ? sameMember : sameModel;
    if (like.length === 0) {
      unknownCalls += 1;
      continue;
    }
    const sum = like.reduce((total, { index }) => addCounts(total, usageOf.get(index) ?? NO_USAGE), NO_USAGE);
    costNanoUsd += Math.floor(sum.costNanoUsd / like.length);
    inputTokens += Math.floor(sum.inputTokens / like.length);
    outputTokens += Math.floor(sum.outputTokens / like.length);
  }
  return {
    calls: unasked.length,
    cancelledCalls: cancelled,
    inputTokens,
    outputTokens,
    costUsd: costNanoUsd / 1e9,
    unknownCalls,
  };
}
