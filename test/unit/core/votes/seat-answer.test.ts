import { aggregateAnswers } from '../../../../src/core/votes/aggregate-answers';
import { countedOutput, invalidReasonOf, isPlainAnswer, plainAnswer } from '../../../../src/core/votes/counted-output';
import { memberConfig } from '../../../../src/core/votes/member-config';
import type { SeatAnswer } from '../../../../src/core/votes/seat-answer';
import {
  answerOf,
  ballotOf,
  individualResults,
  memberFailures,
  saidBy,
  scoredBallots,
} from '../../../../src/core/votes/seat-answer';

const usage = { byModel: {} };
const valid = (index: number, text: string, more: object = {}): SeatAnswer => ({
  index,
  member: index,
  sample: 0,
  model: 'm',
  status: 'counted',
  result: { text },
  counted: { status: 'valid', key: text, ...more },
  usage,
});
const invalid = (index: number): SeatAnswer => ({
  ...(valid(index, '') as Extract<SeatAnswer, { status: 'counted' }>),
  result: null,
  counted: { status: 'invalid', reason: 'empty' },
});
const failed = (index: number): SeatAnswer => ({
  index,
  member: index,
  sample: 0,
  status: 'failed',
  error: { type: 'RateLimited', message: 'slow down' },
});

describe('what counts of a result', () => {
  const label = { prediction: 'a', score: 0.9, scores: { a: 0.9 } };

  test.each([
    ['a text', 'generation', { text: 'x' }, undefined, 'x'],
    ['a text, whatever is taken out of it', 'generation', { text: '{"a":1}' }, { field: 'a' }, '{"a":1}'],
    ['a prediction', 'classification', label, undefined, 'a'],
    ['all of a typed result for a field', 'classification', label, { field: 'score' }, label],
    ['a prediction for a regular expression', 'classification', label, { regex: '.', group: 0, match: 'last' }, 'a'],
  ] as const)('is %s', (_what, task, result, extract, output) => {
    expect(countedOutput(task, result as never, extract as never)).toEqual(output);
  });

  test.each([
    ['generation', 'ModelOutputInvalid', 'empty'],
    ['classification', 'ModelOutputInvalid', 'unparsed'],
    ['generation', 'ModelOutputTruncated', 'truncated'],
    ['generation', 'RateLimited', undefined],
  ] as const)('is nothing after %s with %s: %s', (task, failure, reason) => {
    expect(invalidReasonOf(task, failure)).toBe(reason);
  });

  test('an answer that stands in the result is not told twice', () => {
    expect(isPlainAnswer({ text: 'x' }, 'x')).toBe(true);
    expect(isPlainAnswer({ text: 'x 3' }, 3)).toBe(false);
    expect(plainAnswer([1])).toBeUndefined();
  });
});

test('every seat has a place in the result, by index, whatever came first', () => {
  const answers = [failed(2), valid(0, 'a'), { ...failed(3), status: 'cancelled' } as SeatAnswer, invalid(1)];
  const members = ['m', 'm', { pattern: 'cascade' as const, config: {} }, 'm'];
  expect(individualResults(answers, members)).toMatchObject([
    { member: 0, model: 'm', status: 'valid', answer: 'a', result: { text: 'a' } },
    { member: 1, status: 'invalid', reason: 'empty' },
    { member: 2, pattern: 'cascade', status: 'failed' },
    { member: 3, status: 'cancelled' },
  ]);
  expect(memberFailures(answers, members)).toEqual([
    { member: 2, pattern: 'cascade', sample: 0, error: { type: 'RateLimited', message: 'slow down' } },
  ]);
  expect(answers.map((answer) => ballotOf(answer).status)).toEqual(['failed', 'valid', 'cancelled', 'invalid']);
});

test('what was taken out of a text counts, and all of the text is what a reader sees', () => {
  const answer = valid(0, 'So it is 42.', { answer: 42 });
  expect(answerOf(answer)).toBe(42);
  expect(saidBy(answer)).toBe('So it is 42.');
  expect(answerOf(invalid(1))).toBeNull();
  expect(answerOf(undefined)).toBeNull();
});

test('a valid answer without a figure is none for an average', () => {
  const answers = [valid(0, '3', { value: 3 }), valid(1, 'many')];
  expect(scoredBallots(answers).map(({ status }) => status)).toEqual(['valid', 'invalid']);
  expect(aggregateAnswers(answers, { aggregation: 'average', tieBreak: 'first', minVotes: 1 })).toMatchObject({
    value: 3,
    decision: { valid: 1, invalidReasons: { unparsed: 1 } },
  });
  const none = aggregateAnswers(answers.slice(1), { aggregation: 'median', tieBreak: 'first', minVotes: 1 });
  expect(none).toMatchObject({ value: null, decision: { outcome: 'too_few_votes' } });
});

test('collect leaves out what does not count', () => {
  const rule = { aggregation: 'collect', tieBreak: 'first', minVotes: 1 } as const;
  expect(aggregateAnswers([valid(2, 'c'), invalid(1), valid(0, 'a')], rule).value).toEqual(['a', 'c']);
});

test.each([
  ['cascade', {}, { task: 'sentiment', input: { text: 'x', labels: ['a'] } }],
  ['ensemble', { task: 'generation' }, { task: 'generation', input: { text: 'x', labels: ['a'] } }],
  ['pipeline', { steps: [] }, { input: { text: 'x', labels: ['a'] }, steps: [] }],
  ['chain', {}, { initialPrompt: 'x' }],
  ['treeOfThought', { problem: 'own' }, { problem: 'own' }],
] as const)('a %s that is a member is given what its config leaves out', (pattern, config, whole) => {
  const own = { task: 'sentiment' as const, input: { text: 'x', labels: ['a'] } };
  expect(memberConfig(pattern, config as never, own)).toEqual(whole);
});
