import type { StopRule } from '../../../../src/contracts/answers.schema';
import type { UsageCounts } from '../../../../src/contracts/usage';
import { leadIsSafe, majorityIsOut, quorumReached } from '../../../../src/core/stopping/lead';
import type { SamplingState, SamplingStep } from '../../../../src/core/stopping/plan-sampling';
import { planSampling } from '../../../../src/core/stopping/plan-sampling';
import { savedBy } from '../../../../src/core/stopping/saved';
import { NO_USAGE } from '../../../../src/core/usage';
import { validBallots } from '../../../../src/core/votes/ballot';
import { seatsOf } from '../../../../src/core/votes/seats';
import { tally } from '../../../../src/core/votes/tally';
import type { VoteRule } from '../../../../src/core/votes/vote';
import { ballots } from '../../../helpers/ballots';

const groupsOf = (...answers: (string | undefined)[]) => tally(validBallots(ballots(...answers)));

/** The state after the first answers of one model's samples, all of them started. */
function state(
  stop: StopRule | undefined,
  samples: number,
  answers: (string | undefined)[],
  more: Partial<SamplingState> = {},
) {
  const seats = seatsOf([{ model: 'm', samples }]);
  const ended = ballots(...answers);
  const started = new Set(
    seats
      .slice(0, stop && ('adaptive' in stop || 'window' in stop) ? answers.length : samples)
      .map(({ index }) => index),
  );
  return { stop, rule: 'plurality' as VoteRule, minVotes: 1, seats, started, ended, ...more };
}

const next = (...given: Parameters<typeof state>): SamplingStep => planSampling(state(...given));

/** Runs a rule on the answers that the samples would give; what it asked for, batch by batch. */
function run(stop: StopRule, answers: (string | undefined)[], minVotes = 1) {
  const given = ballots(...answers);
  const seats = seatsOf([{ model: 'm', samples: answers.length }]);
  const started = new Set<number>();
  const batches: number[] = [];
  for (;;) {
    const ended = given.filter(({ index }) => started.has(index));
    const step = planSampling({ stop, rule: 'plurality', minVotes, seats, started, ended });
    if (step.action === 'stop') return { step, batches, samples: started.size };
    if (step.action === 'wait') throw new Error('nothing is under way');
    batches.push(step.start.length);
    for (const index of step.start) started.add(index);
  }
}

describe('asking all at once', () => {
  test('starts everybody, waits, and ends when all have', () => {
    expect(next(undefined, 3, [], { started: new Set() })).toEqual({ action: 'start', start: [0, 1, 2] });
    expect(next(undefined, 3, ['a', 'b'])).toEqual({ action: 'wait' });
    expect(next(undefined, 3, ['a', 'b', undefined])).toEqual({ action: 'stop', reason: 'complete' });
  });

  test.each<[StopRule, VoteRule, (string | undefined)[], SamplingStep['action'], string | undefined]>([
    [{ quorum: 3 }, 'plurality', ['a', 'b', 'a'], 'wait', undefined],
    [{ quorum: 3 }, 'plurality', ['a', 'b', 'a', 'a'], 'stop', 'quorum'],
    [{ quorum: 9 }, 'plurality', ['a', 'a', 'a', 'a', 'b'], 'wait', undefined],
    [{ quorum: 9 }, 'plurality', ['a', 'a', 'a', 'a', 'a', 'b'], 'stop', 'lead'],
    [{ lead: true }, 'plurality', ['a', 'a', 'a', 'a', 'a'], 'stop', 'lead'],
    [{ lead: true }, 'plurality', ['a', 'a', undefined, undefined, undefined, undefined, 'a'], 'stop', 'lead'],
    [{ lead: true }, 'majority', ['a', 'a', 'a', 'a'], 'wait', undefined],
    [{ lead: true }, 'majority', ['a', 'a', 'a', 'a', 'a'], 'stop', 'lead'],
    [{ lead: true }, 'majority', ['a', 'b', 'c', 'd', 'e', 'f'], 'stop', 'no_majority_possible'],
    [{ deadlineSeconds: 5 }, 'plurality', ['a', 'a', 'a', 'a', 'a', 'a', 'a'], 'wait', undefined],
  ])('%j by %s after %j of 8: %s %s', (stop, rule, answers, action, reason) => {
    const step = next(stop, 8, answers, { rule });
    expect(step.action).toBe(action);
    expect(step.action === 'stop' ? step.reason : undefined).toBe(reason);
  });

  test('minVotes holds a quorum back', () => {
    expect(next({ quorum: 2 }, 8, ['a', 'a'], { minVotes: 3 }).action).toBe('wait');
  });

  test('the deadline ends it, but not what is complete', () => {
    const late = { deadlinePassed: true };
    expect(next({ quorum: 5, deadlineSeconds: 1 }, 3, ['a'], late)).toEqual({ action: 'stop', reason: 'deadline' });
    expect(next({ deadlineSeconds: 1 }, 1, ['a'], late)).toEqual({ action: 'stop', reason: 'complete' });
  });
});

describe('leads', () => {
  test('one vote more than all that is out is safe, as many is not: it could still tie', () => {
    expect(leadIsSafe(groupsOf('a', 'a', 'a', 'b'), 'plurality', { count: 1, weight: 1 })).toBe(true);
    expect(leadIsSafe(groupsOf('a', 'a', 'a', 'b'), 'plurality', { count: 2, weight: 2 })).toBe(false);
    expect(leadIsSafe(groupsOf('a', 'a'), 'plurality', { count: 2, weight: 2 })).toBe(false);
    expect(leadIsSafe([], 'plurality', { count: 0, weight: 0 })).toBe(false);
  });

  test('under weight it is weight that is out', () => {
    const groups = tally(validBallots(ballots({ key: 'a', weight: 3 }, { key: 'b', weight: 1 })));
    expect(leadIsSafe(groups, 'weighted', { count: 1, weight: 1.9 })).toBe(true);
    expect(leadIsSafe(groups, 'weighted', { count: 1, weight: 2 })).toBe(false);
    expect(quorumReached(groups, 3, 'weighted')).toBe(true);
    expect(quorumReached(groups, 3, 'plurality')).toBe(false);
  });

  test('a majority is out of reach where the best could get half at most', () => {
    expect(majorityIsOut(groupsOf('a', 'b'), { count: 0, weight: 0 })).toBe(true);
    expect(majorityIsOut(groupsOf('a', 'b'), { count: 1, weight: 1 })).toBe(false);
  });
});

describe('Adaptive-Consistency in batches', () => {
  test('asks four, and no more where they agree', () => {
    expect(run({ adaptive: 0.95 }, ['a', 'a', 'a', 'a', 'b', 'b'])).toEqual({
      step: { action: 'stop', reason: 'confident', confidence: 0.96875 },
      batches: [4],
      samples: 4,
    });
  });

  test('then as many as the leader needs at least', () => {
    const { batches, step } = run({ adaptive: 0.95 }, ['a', 'b', 'a', 'a', 'a', 'a', 'a', 'b']);
    expect(batches).toEqual([4, 3]);
    expect(step).toMatchObject({ action: 'stop', reason: 'confident' });
  });

  test('a given batch size is kept, and answers that are none are asked for again', () => {
    expect(run({ adaptive: 0.95, batch: 3 }, ['a', undefined, 'a', 'a', 'a', 'a', 'b']).batches).toEqual([3, 3]);
  });

  test('waits for a whole batch, and minVotes for more', () => {
    const seats = seatsOf([{ model: 'm', samples: 9 }]);
    const waiting = { ...state({ adaptive: 0.95 }, 9, ['a', 'a']), seats, started: new Set([0, 1, 2, 3]) };
    expect(planSampling(waiting).action).toBe('wait');
    expect(run({ adaptive: 0.95 }, ['a', 'a', 'a', 'a', 'a', 'a', 'b'], 6).samples).toBe(6);
  });

  test('other criteria stop by their own thresholds', () => {
    const majority = run({ adaptive: { criterion: 'majority', threshold: 0.8 } }, ['a', 'b', 'a', 'a', 'a', 'b']);
    expect(majority.samples).toBe(5);
    const entropy = run({ adaptive: { criterion: 'entropy', threshold: 0.75 } }, ['a', 'a', 'a', 'a', 'a', 'b']);
    expect(entropy.samples).toBe(4);
  });

  test('members take turns', () => {
    const seats = seatsOf([
      { model: 'a', samples: 4 },
      { model: 'b', samples: 4 },
    ]);
    const fresh = { ...state({ adaptive: 0.95 }, 8, []), seats, started: new Set<number>() };
    expect(planSampling(fresh)).toEqual({ action: 'start', start: [0, 4, 1, 5] });
  });
});

describe('ESC in windows', () => {
  test('asks a window at a time and ends with the one that agrees', () => {
    expect(run({ window: 3 }, ['a', 'b', 'a', 'c', 'c', 'c', 'a', 'a'])).toEqual({
      step: { action: 'stop', reason: 'window', windowAnswer: 'c' },
      batches: [3, 3],
      samples: 6,
    });
  });

  test('a last window that agrees decides too, though nothing was saved', () => {
    expect(run({ window: 2 }, ['a', 'b', 'b', 'b'])).toEqual({
      step: { action: 'stop', reason: 'complete', windowAnswer: 'b' },
      batches: [2, 2],
      samples: 4,
    });
  });

  test('without such a window everything is asked', () => {
    expect(run({ window: 3 }, ['a', 'b', 'a', 'c', undefined, 'c', 'c'])).toMatchObject({
      step: { reason: 'complete' },
      batches: [3, 3, 1],
    });
  });
});

describe('what was saved', () => {
  const used = (costNanoUsd: number, outputTokens: number): { byModel: Record<string, UsageCounts> } => ({
    byModel: { m: { ...NO_USAGE, calls: 1, costNanoUsd, inputTokens: 10, outputTokens } },
  });

  test('is what the seats never asked would have taken, by the mean of those like them', () => {
    const seats = seatsOf([
      { model: 'm', samples: 4 },
      { model: 'n', samples: 1 },
      { model: 'm', samples: 1 },
    ]);
    const saved = savedBy(seats, {
      started: new Set([0, 1, 2]),
      cancelled: 1,
      finished: [
        { index: 0, usage: used(1_001, 5) },
        { index: 1, usage: used(2_000, 6) },
      ],
    });
    expect(saved).toEqual({
      calls: 3,
      cancelledCalls: 1,
      inputTokens: 20,
      outputTokens: 10,
      costUsd: 3e-6,
      unknownCalls: 1,
    });
  });

  test('is nothing where all were asked', () => {
    const saved = savedBy(seatsOf(['a']), { started: new Set([0]), cancelled: 0, finished: [] });
    expect(saved).toEqual({
      calls: 0,
      cancelledCalls: 0,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0,
      unknownCalls: 0,
    });
  });
});
