import { parseOutput } from '../../../../src/core/prompts/parse-output';
import type { TextParser } from '../../../../src/core/prompts/parse-output';
import { matchLinear } from '../../../helpers/match-linear';

const parse = (text: string, parser: TextParser) => parseOutput(text, parser, matchLinear);
const value = (text: string, parser: TextParser) => {
  const result = parse(text, parser);
  if (!result.ok) throw new Error(result.problem);
  return result.value;
};

describe('text', () => {
  test('is the answer without the space around it', () => expect(value(' a b \n', 'text')).toBe('a b'));
});

describe('json', () => {
  test.each([
    ['alone', '{"a": [1, 2]}', { a: [1, 2] }],
    ['a scalar', ' 42\n', 42],
    ['in a fence', 'Here you are:\n```json\n{"a": 1}\n```\nBye.', { a: 1 }],
    ['in a fence that is not closed', '```json\n{"a": 1}', { a: 1 }],
    ['in the last of two fences', '```\n{"a": 1}\n```\nBetter:\n```\n{"a": 2}\n```', { a: 2 }],
    ['in prose', 'The result is {"a": "}"} as in [1].', { a: '}' }],
    ['after a brace that is not closed', 'use { for sets; result: {"a": 1}', { a: 1 }],
    ['after a brace and an inch sign in prose', 'use { for 5" pipes\n{"a": 1}', { a: 1 }],
    ['with an escaped quotation mark', 'x {"a": "\\"}"} y', { a: '"}' }],
  ])('is found %s', (_case, text, expected) => expect(value(text, 'json')).toEqual(expected));

  test('is a typed failure where there is none, without a word of the text', () => {
    expect(parse('my secret {oops', 'json')).toEqual({ ok: false, problem: 'holds no JSON' });
  });

  test('a megabyte of brackets takes time in proportion', () => {
    const before = performance.now();
    expect(parse('['.repeat(1_000_000), 'json').ok).toBe(false);
    expect(parse('{"'.repeat(500_000), 'json').ok).toBe(false);
    expect(parse('[1}'.repeat(300_000), 'json').ok).toBe(false);
    expect(performance.now() - before).toBeLessThan(5000);
  });
});

describe('number', () => {
  test.each([
    ['42', 42],
    ['The answer is 12.', 12],
    ['**-3.5**', -3.5],
    ['1,234,567.5', 1234567.5],
    ['1e-3', 0.001],
    ['First 3, then 4.\nTotal: 7', 7],
    ['3 + 4 = 7', 7],
    ['costs $1,299', 1299],
  ])('of %j is %d', (text, expected) => expect(value(text, 'number')).toBe(expected));

  test.each([['none here'], ['7 or 8'], ['v2'], ['1.2.3']])('%j is a failure, not a guess', (text) => {
    expect(parse(text, 'number').ok).toBe(false);
  });
});

describe('lines and list', () => {
  test('lines are those that are not blank', () => expect(value('a\n\n b \r\nc', 'lines')).toEqual(['a', 'b', 'c']));

  test.each([
    ['numbers', 'Sure:\n1. one\n2) two\n(3) three\n\nHope that helps.', ['one', 'two', 'three']],
    ['bullets', '- one\n* two\n• three', ['one', 'two', 'three']],
    ['emphasis', '1. **One**\n2. __Two__', ['One', 'Two']],
    [
      'deeper lists and further lines',
      '1. one\n   - more\n   and more\n2. two\nstill two',
      ['one\nmore\nand more', 'two\nstill two'],
    ],
    ['JSON', '```json\n["one", "two"]\n```', ['one', 'two']],
    ['no markers', 'one\ntwo', ['one', 'two']],
    ['markers that are none', '1.5 * 2 = 3\n-3 + 5 = 2', ['1.5 * 2 = 3', '-3 + 5 = 2']],
    ['one item', '- only', ['only']],
    ['empty items', '1. one\n2.\n3. three', ['one', 'three']],
  ])('a list with %s', (_case, text, expected) => expect(value(text, 'list')).toEqual(expected));
});

describe('regex', () => {
  test('gives a group of the first match', () => {
    expect(value('total: 12 of 13', { regex: '(\\d+) of', group: 1 })).toBe('12');
    expect(value('total: 12', { regex: 'total', group: 0 })).toBe('total');
  });

  test.each([
    [{ regex: 'x(y)', group: 1 }, 'does not match'],
    [{ regex: 'a', group: 2 }, 'has 0 groups'],
    [{ regex: 'a|(b)', group: 1 }, 'without group 1'],
  ])('%j is a typed failure', (parser, problem) => {
    expect(parse('a', parser)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  test('a pattern that would hang a backtracking engine does not', () => {
    expect(parse(`${'a'.repeat(50_000)}!`, { regex: '^(a+)+$', group: 0 }).ok).toBe(false);
  });
});

test.each(['text', 'json', 'number', 'lines', 'list'] as const)('an empty answer is a failure of %s', (parser) => {
  expect(parse(' \n\t', parser)).toEqual({ ok: false, problem: 'is empty' });
});
