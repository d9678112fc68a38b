import { widthOf } from '../../../src/cli/render/layout';
import { modelDecisionLines } from '../../../src/cli/render/model-decision';
import { PLAIN } from '../../../src/cli/render/paint';
import type { JsonValue } from '../../../src/contracts/json';

const shown = (pattern: string, result: JsonValue, columns = 79) => {
  const lines = modelDecisionLines(pattern, result, { columns, paint: PLAIN }) ?? [];
  expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
  return lines.join('\n');
};

test('a route: who answered and why, the scores, and who was left out', () => {
  const text = shown('routeToModel', {
    modelUsed: 'gpt',
    reason: 'the semantic route billing\u001b[2J chose gpt',
    decision: {
      scores: [{ route: 'billing', model: 'gpt', score: 0.91234 }],
      excluded: [{ model: 'llava', lacks: 'json' }],
    },
  });
  expect(text).toMatch(/^ {2}gpt: the semantic route billing/);
  expect(text).toMatch(/billing +gpt +0\.9123/);
  expect(text).toContain('Not considered: llava (no json)');
  expect(text).not.toContain('\u001b');
});

const decision = {
  outcome: 'decided',
  ranking: [
    { answer: 'a long answer '.repeat(20), score: 3 },
    { answer: 'b', score: 1 },
  ],
  valid: 4,
  invalid: 2,
  invalidReasons: { empty: 2, truncated: 0, unparsed: 0 },
  failed: 1,
  cancelled: 3,
  tie: false,
  agreement: 0.5,
  stoppedEarly: true,
  stopReason: 'quorum',
  saved: { calls: 0, cancelledCalls: 3, costUsd: 0.01 },
};

test.each([79, 40])('an ensemble on %i columns: how the votes lie, each member, why it stopped', (columns) => {
  const individualResults = Array.from({ length: 25 }, (_, sample) => ({
    member: 0,
    model: 'gpt',
    sample,
    status: sample === 1 ? 'failed' : 'valid',
    ...(sample === 1 ? {} : { answer: 'b' }),
  }));
  const failures = [{ member: 0, sample: 1, error: { type: 'RateLimited', message: 'x' } }];
  const result = { aggregationMethod: 'majority_vote', decision, individualResults, failures };
  const text = shown('ensemble', result as JsonValue, columns).replace(/\s+/g, ' ');
  expect(text).toContain('majority vote: decided, 4 valid answers, 2 invalid (2 empty), 1 failed, 3 cut off');
  expect(text).toMatch(/█+ 3 b +█+ 1/);
  expect(text).toMatch(/0\.1 gpt failed RateLimited/);
  expect(text).toContain('and 5 more');
  expect(text).toContain('Stopped early: quorum, 3 cut off, about $0.0100 saved');
});

test('a cascade: what became of each stage, and what was left', () => {
  const text = shown('cascade', {
    cascadeResults: [
      { model: 'small', accepted: false, verdict: 'deferred', reason: 'score 0.4 is not above 0.8' },
      { model: 'large', accepted: false, reason: 'RateLimited: slow down' },
    ],
    decision: { stage: 0, accepted: false, by: 'last' },
  });
  expect(text).toContain('– stage 0, small: deferred, score 0.4 is not above 0.8');
  expect(text).toContain('– stage 1, large: RateLimited: slow down');
  expect(text).toContain('No stage was accepted; this is the last answer.');
});

test('other patterns and runs without a result have no such lines', () => {
  expect(modelDecisionLines('pipeline', {}, { columns: 79, paint: PLAIN })).toBeUndefined();
  expect(modelDecisionLines('ensemble', undefined, { columns: 79, paint: PLAIN })).toBeUndefined();
});

test('a chain: each step with its model, time and tokens, further runs by number, and where it stopped', () => {
  const usage = { calls: 1, inputTokens: 1_000, outputTokens: 234, costUsd: 0.01 };
  const text = shown('chain', {
    chainResults: [
      { step: 'draft', model: 'gpt', durationSeconds: 2.5, usage },
      { step: 'draft', run: 1, model: 'gpt\u001b[2J', durationSeconds: 3, usage },
      { step: 'a_step_with_a_very_long_name_that_does_not_fit', model: 'other' },
    ],
    stoppedAt: 'draft',
  } as unknown as JsonValue);
  expect(text).toMatch(/✓ draft +gpt +2\.5 s +1,234 tok +\$0\.01/);
  expect(text).toMatch(/✓ draft\[1\] +gpt/);
  expect(text).toMatch(/The gate of draft stopped the chain/);
  expect(text).not.toContain('\u001b');
});
