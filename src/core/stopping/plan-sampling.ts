import type { StopRule } from '../../contracts/answers.schema';
import type { StopReason } from '../../contracts/decision.schema';
import type { Ballot, Seat } from '../votes/ballot';
import { validBallots } from '../votes/ballot';
import { askingOrder } from '../votes/seats';
import { tally } from '../votes/tally';
import type { VoteRule } from '../votes/vote';
import { testConsistency } from './adaptive-consistency';
import { windowAgrees } from './esc-window';
import { fewestSamples } from './fewest-samples';
import { leadIsSafe, majorityIsOut, quorumReached } from './lead';

/** What to do now. `start` are indexes of seats; `confidence` is the adaptive criterion's last value. */
export type SamplingStep = (
  | { action: 'start'; start: number[] }
  | { action: 'wait' }
  | { action: 'stop'; reason: StopReason; windowAnswer?: string }
) & { confidence?: number };

export type SamplingState = {
  stop?: StopRule | undefined;
  rule: VoteRule;
  minVotes: number;
  seats: readonly Seat[];
  /** Seats asked so far, ended or not. */
  started: ReadonlySet<number>;
  /** Ballots of the seats that ended. */
  ended: readonly Ballot[];
  deadlinePassed?: boolean;
};

/**
 * The next step of asking an ensemble; call it at the start, whenever a seat ends, and when the deadline passes. What it
 * says depends on which seats were started and ended, not on the order in which they ended. Quorum and lead ask everybody
 * at once; Adaptive-Consistency and ESC ask in batches, test between them, and wait for a whole batch first.
 */
export function planSampling(state: SamplingState): SamplingStep {
  const { stop, seats, started, ended } = state;
  const complete = ended.length >= seats.length;
  if (!complete && state.deadlinePassed === true) return { action: 'stop', reason: 'deadline' };
  if (stop && ('adaptive' in stop || 'window' in stop)) {
    if (ended.length < started.size) return { action: 'wait' };
    const step = 'adaptive' in stop ? adaptiveStep(state, stop) : windowStep(state, stop.window);
    // Nothing was saved, but an agreeing last window decides as any other does.
    return complete ? completed(step) : step;
  }
  if (complete) return { action: 'stop', reason: 'complete' };
  const reason = stop ? parallelStop(state, stop) : undefined;
  if (reason) return { action: 'stop', reason };
  return started.size < seats.length ? startNext(state, seats.length) : { action: 'wait' };
}

function completed(step: SamplingStep): SamplingStep {
  const { confidence } = step;
  const windowAnswer = step.action === 'stop' ? step.windowAnswer : undefined;
  return {
    action: 'stop',
    reason: 'complete',
    ...(windowAnswer !== undefined && { windowAnswer }),
    ...(confidence !== undefined && { confidence }),
  };
}

function parallelStop(state: SamplingState, stop: StopRule): StopReason | undefined {
  if (!('quorum' in stop) && !('lead' in stop)) return undefined;
  const valid = validBallots(state.ended);
  if (valid.length < state.minVotes) return undefined;
  const groups = tally(valid);
  if ('quorum' in stop && quorumReached(groups, stop.quorum, state.rule)) return 'quorum';
  const over = new Set(state.ended.map(({ index }) => index));
  const out = state.seats.filter(({ index }) => !over.has(index));
  const weight = out.reduce((sum, seat) => sum + Math.abs(seat.weight ?? 1), 0);
  const outstanding = { count: out.length, weight };
  if (leadIsSafe(groups, state.rule, outstanding)) return 'lead';
  return state.rule === 'majority' && majorityIsOut(groups, outstanding) ? 'no_majority_possible' : undefined;
}

function adaptiveStep(state: SamplingState, stop: Extract<StopRule, { adaptive: unknown }>): SamplingStep {
  const { criterion, threshold } =
    typeof stop.adaptive === 'number' ? { criterion: 'beta' as const, threshold: stop.adaptive } : stop.adaptive;
  const valid = validBallots(state.ended);
  const counts = tally(valid).map(({ votes }) => votes);
  const { stop: confident, value } = testConsistency(counts, criterion, threshold);
  const confidence = value === undefined ? {} : { confidence: value };
  if (confident && valid.length >= state.minVotes) return { action: 'stop', reason: 'confident', ...confidence };
  return { ...startNext(state, stop.batch ?? fewestSamples(counts, criterion, threshold)), ...confidence };
}

function windowStep(state: SamplingState, size: number): SamplingStep {
  const byIndex = new Map(state.ended.map((ballot) => [ballot.index, ballot]));
  const asked = askingOrder(state.seats).slice(0, state.started.size);
  const votes = asked.slice(Math.floor((asked.length - 1) / size) * size).map(({ index }) => {
    const ballot = byIndex.get(index);
    return ballot?.status === 'valid' ? ballot.key : undefined;
  });
  const valid = validBallots(state.ended).length;
  if (windowAgrees(votes, size) && valid >= state.minVotes) {
    return { action: 'stop', reason: 'window', windowAnswer: votes[0] as string };
  }
  return startNext(state, size);
}

function startNext({ seats, started }: SamplingState, count: number): SamplingStep {
  const next = askingOrder(seats).filter(({ index }) => !started.has(index));
  return { action: 'start', start: next.slice(0, count).map(({ index }) => index) };
}
