import type { Accept, OnAllRejected } from '../../../../src/contracts/cascade.schema';
import { acceptSchema } from '../../../../src/contracts/cascade.schema';
import type { StageFacts } from '../../../../src/core/cascade/accept-stage';
import { acceptStage } from '../../../../src/core/cascade/accept-stage';
import { replayCascade } from '../../../../src/core/cascade/replay-cascade';
import type { StageOutcome } from '../../../../src/core/cascade/settle-cascade';
import { nextStage } from '../../../../src/core/cascade/settle-cascade';

const accept = (rule: object): Accept => acceptSchema.parse(rule);

describe('accepting a stage', () => {
  test.each<[object, StageFacts, string]>([
    [{ score: 0.8 }, { score: 0.81 }, 'accepted'],
    [{ score: 0.8 }, { score: 0.8 }, 'deferred'],
    [{ score: 0 }, { score: 0 }, 'deferred'],
    [{ score: 0 }, { score: 1e-9 }, 'accepted'],
    [{ score: 0.8 }, {}, 'deferred'],
    [{ score: 0 }, { score: NaN }, 'deferred'],
    [{ score: 0.8 }, { selfConsistency: 1 }, 'deferred'],
    [{ score: { above: 0.8, below: 0.2 } }, { score: 0.81 }, 'accepted'],
    [{ score: { above: 0.8, below: 0.2 } }, { score: 0.8 }, 'deferred'],
    [{ score: { above: 0.8, below: 0.2 } }, { score: 0.2 }, 'deferred'],
    [{ score: { above: 0.8, below: 0.2 } }, { score: 0.19 }, 'hopeless'],
    [{ score: { above: 0.8, below: 0.2 } }, {}, 'deferred'],
    [{ selfConsistency: { share: 0.6 } }, { selfConsistency: 0.8 }, 'accepted'],
    [{ selfConsistency: { share: 0.6 } }, { selfConsistency: 0.6 }, 'deferred'],
    [{ verifier: { model: 'v', share: { above: 0.7, below: 0.1 } } }, { verified: 0 }, 'hopeless'],
    [{ verifier: { model: 'v', share: 0.5 } }, { verified: 0.625 }, 'accepted'],
    [{ schema: {} }, { fits: true }, 'accepted'],
    [{ schema: {} }, { fits: false }, 'deferred'],
    [{ when: 'x' }, { holds: true }, 'accepted'],
    [{ when: 'x' }, {}, 'deferred'],
  ])('%j with %j: %s', (rule, facts, verdict) => {
    expect(acceptStage(accept(rule), facts).verdict).toBe(verdict);
  });

  test('says the rule and its numbers', () => {
    expect(acceptStage(accept({ score: 0.8 }), { score: 0.8 })).toEqual({
      verdict: 'deferred',
      score: 0.8,
      reason: 'score 0.8 is not above 0.8',
    });
    expect(acceptStage(undefined, {})).toEqual({ verdict: 'accepted', reason: 'no rule: any answer is taken' });
  });
});

describe('the next stage', () => {
  const deferred = (score?: number): StageOutcome => ({ model: 'm', verdict: 'deferred', score, reason: 'too low' });
  const accepted: StageOutcome = { model: 'm', verdict: 'accepted', score: 0.9 };
  const hopeless: StageOutcome = { model: 'm', verdict: 'hopeless', score: 0.1 };
  const failed: StageOutcome = { model: 'm', verdict: 'failed', problem: 'RateLimited' };

  test.each<[string, StageOutcome[], OnAllRejected, object]>([
    ['starts with the first', [], 'last', { action: 'ask', stage: 0 }],
    ['is asked after a deferred one', [deferred()], 'last', { action: 'ask', stage: 1 }],
    ['is asked after a failed one', [failed], 'fail', { action: 'ask', stage: 1 }],
    [
      'is not asked after an accepted one',
      [deferred(), accepted],
      'fail',
      { action: 'end', stage: 1, accepted: true, by: 'accepted' },
    ],
    ['is not asked after a hopeless one', [hopeless], 'last', { action: 'end', stage: 0, accepted: false, by: 'last' }],
    [
      'last: the last answer is left',
      [deferred(0.7), deferred(0.2), deferred(0.5)],
      'last',
      { action: 'end', stage: 2, accepted: false, by: 'last' },
    ],
    [
      'last: a stage that failed has none',
      [deferred(0.7), deferred(0.2), failed],
      'last',
      { action: 'end', stage: 1, accepted: false, by: 'last' },
    ],
    [
      'best: the best scored is left',
      [deferred(0.2), deferred(0.7), deferred()],
      'best',
      { action: 'end', stage: 1, accepted: false, by: 'best' },
    ],
    [
      'best: of equals the first',
      [deferred(0.7), deferred(0.7), deferred(0.1)],
      'best',
      { action: 'end', stage: 0, accepted: false, by: 'best' },
    ],
    [
      'best: without scores the first',
      [deferred(), deferred(NaN), deferred()],
      'best',
      { action: 'end', stage: 0, accepted: false, by: 'best' },
    ],
  ])('%s', (_, outcomes, onAllRejected, step) => {
    expect(nextStage(outcomes, 3, onAllRejected)).toEqual(step);
  });

  test.each<[OnAllRejected, StageOutcome[]]>([
    ['fail', [deferred(0.7), deferred(), failed]],
    ['last', [failed, failed, failed]],
    ['best', [failed, failed, failed]],
    ['fail', [hopeless]],
  ])('%s after %j is a typed failure', (onAllRejected, outcomes) => {
    const step = nextStage(outcomes, 3, onAllRejected);
    expect(step).toMatchObject({ action: 'fail', error: { type: 'AllRejected' } });
  });

  test('the failure says why each stage was not taken', () => {
    const step = nextStage([deferred(0.7), failed, deferred()], 3, 'fail');
    expect(step.action === 'fail' && step.error.message).toBe(
      'no stage was accepted; stage 0 (m): too low; stage 1 (m): RateLimited; stage 2 (m): too low',
    );
  });
});

describe('a cascade on a table of scores and costs', () => {
  // scores of stages 0 and 1; costs 1, 10, 100; right or wrong by stage.
  const rows = [
    { scores: [0.9, 0.9], costs: [1, 10, 100], quality: [1, 1, 1] },
    { scores: [0.8, 0.9], costs: [1, 10, 100], quality: [0, 1, 1] },
    { scores: [0.3, 0.5], costs: [1, 10, 100], quality: [0, 0, 1] },
    { scores: [0.95, 0.1], costs: [1, 10, 100], quality: [0, 0, 0] },
  ];

  test('accepts strictly above the threshold; every asked stage is paid', () => {
    expect(replayCascade(rows, [0.8, 0.5])).toEqual({
      stages: [0, 1, 2, 0],
      meanCost: (1 + 11 + 111 + 1) / 4,
      meanQuality: 3 / 4,
      asked: [1, 0.5, 0.25],
    });
  });

  test('a threshold just below a score lets it through', () => {
    expect(replayCascade(rows, [0.79, 0.49])).toMatchObject({
      stages: [0, 0, 1, 0],
      meanQuality: 1 / 4,
      meanCost: 14 / 4,
    });
  });

  test('a hopeless answer ends its row', () => {
    const double = replayCascade(rows, [{ above: 0.85, below: 0.4 }, 0.5]);
    expect(double.stages).toEqual([0, 1, 0, 0]);
    expect(double.meanCost).toBe((1 + 11 + 1 + 1) / 4);
  });

  test('a score that is missing is never accepted, and no rows are no cost', () => {
    expect(replayCascade([{ scores: [], costs: [1, 2], quality: [1, 0] }], [0]).stages).toEqual([1]);
    expect(replayCascade([], [0.5])).toEqual({ stages: [], meanCost: 0, meanQuality: 0, asked: [0, 0] });
  });
});
