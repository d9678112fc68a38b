import { matchRegex } from '../../../src/evaluator/match-regex';

test('gives the first and the last match with their groups, however many there are', () => {
  expect(matchRegex({ regex: '(\\d)(x)?', text: '1 2x 3' })).toEqual({
    value: [
      ['1', '1', null],
      ['3', '3', null],
    ],
  });
  expect(matchRegex({ regex: '(\\d)(x)?', text: '2x' })).toEqual({ value: [['2x', '2', 'x']] });
  expect(matchRegex({ regex: 'y', text: '1' })).toEqual({ value: [] });
});

test('refuses what has no linear time, and is quick where backtracking would hang', () => {
  expect(matchRegex({ regex: '(?=a)', text: '' })).toMatchObject({ problem: expect.stringContaining('linear') });
  const startedAt = Date.now();
  expect(matchRegex({ regex: '^(a+)+$', text: `${'a'.repeat(5_000)}b` })).toEqual({ value: [] });
  expect(Date.now() - startedAt).toBeLessThan(5_000);
});

test('ends where a pattern matches nothing at all', () => {
  expect(matchRegex({ regex: 'x*', text: 'aa' })).toEqual({ value: [[''], ['']] });
});
