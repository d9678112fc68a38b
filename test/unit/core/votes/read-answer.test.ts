import { RE2JS } from 're2js';
import type { JsonValue } from '../../../../src/contracts/json';
import { answerKey, sameAnswer } from '../../../../src/core/votes/answer-key';
import { jsonInText } from '../../../../src/core/votes/json-in-text';
import { lastNumber, numberKey } from '../../../../src/core/votes/number-key';
import type { LinearMatcher } from '../../../../src/core/votes/read-answer';
import { readAnswer } from '../../../../src/core/votes/read-answer';
import { taskAnswer } from '../../../../src/core/votes/task-answer';

const match: LinearMatcher = (pattern, text) => {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const found: (string | undefined)[][] = [];
  while (matcher.find()) {
    found.push(Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? undefined));
  }
  return found;
};

describe('numbers by value', () => {
  test.each(['42', '42.0', ' 42.', '+42', '042', '4.2e1', '4200e-2', '\u{ff14}\u{ff12}', '42.000'])(
    '"%s" is 42',
    (text) => {
      expect(numberKey(text)).toBe('42');
      expect(answerKey(text)).toBe(answerKey(42));
    },
  );

  test.each([
    ['1,234,567.50', '1234567.5'],
    ['-0', '0'],
    ['0.00', '0'],
    ['\u22127', '-7'],
    ['.5', '0.5'],
    ['1e400', '1e400'],
    ['0.000', '0'],
    ['9007199254740993', '9007199254740993'],
    ['1e-30', '1e-30'],
    ['0.001', '0.001'],
    ['100', '100'],
  ])('"%s" is %s', (text, key) => expect(numberKey(text)).toBe(key));

  test.each(['', '.', '1,23', '12,34,567', '1.2.3', '42%', 'forty-two', '1e', '--1', '0x10', 'Infinity', '1 000'])(
    '"%s" is no number',
    (text) => expect(numberKey(text)).toBeUndefined(),
  );

  test('integers beyond a double are told apart', () => {
    expect(sameAnswer('9007199254740992', '9007199254740993')).toBe(false);
  });

  test.each([
    ['She has 3 apples and buys 4, so 7.', '7'],
    ['The answer is $1,250.50.', '1250.5'],
    ['x = -3', '-3'],
    ['10-4', '4'],
    ['gpt4 says: none', undefined],
    ['so 12, as before in step_9', '12'],
    ['no digits', undefined],
    ['**42**', '42'],
    ['roughly 1.5e3 units', '1500'],
  ])('the last number of "%s" is %s', (text, key) => expect(lastNumber(text)).toBe(key));

  test('a megabyte of digits, commas or zeros takes no second', () => {
    const started = performance.now();
    for (const text of [
      '1'.repeat(1e6),
      '1,'.repeat(5e5),
      '111,'.repeat(25e4),
      `1${'0'.repeat(1e6)}1`,
      '-'.repeat(1e6),
    ]) {
      lastNumber(text);
      numberKey(text);
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('when two answers are one vote', () => {
  test.each<[JsonValue, JsonValue, boolean]>([
    ['Paris', ' paris\n', true],
    ['New  York', 'new york', true],
    ['Paris', 'Paris!', false],
    [true, 'True', true],
    [{ a: 1, b: 'X' }, { b: 'x ', a: '1.0' }, true],
    [{ a: 1 }, { a: 2 }, false],
    [[1, 2], [2, 1], false],
    ['10\u00b2', '102', false],
    [null, null, false],
    ['', '  ', false],
    ['Pa\u200bris', 'paris', true],
    ['\u202eyes\u202c', 'yes', true],
    ['yes\u0000', 'yes', true],
    ['\u2764\ufe0f', '\u2764', true],
    ['\uff22\uff0e', 'b.', true],
    ['4\u200b2', 42, true],
    ['p\u0430ris', 'paris', false],
    ['__proto__', 'constructor', false],
  ])('%j and %j: %s', (a, b, same) => expect(sameAnswer(a, b)).toBe(same));

  test('words leave out punctuation, exact leaves out nothing', () => {
    expect(sameAnswer('**Paris.**', 'paris', 'words')).toBe(true);
    expect(sameAnswer('Paris', 'paris', 'exact')).toBe(false);
    expect(sameAnswer('42', '42.0', 'exact')).toBe(false);
    expect(sameAnswer('Pa\u200bris', 'Paris', 'exact')).toBe(false);
    expect(answerKey('?!', 'words')).toBeUndefined();
  });

  test('an answer nested without end has no key', () => {
    let deep: JsonValue = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    expect(answerKey(deep)).toBeUndefined();
  });
});

describe('what of an output is its answer', () => {
  test.each([
    [{ extract: 'number' as const }, 'First 12, then 30. The answer is 42.', 42, '42'],
    [{ extract: 'number' as const }, '9007199254740993', '9007199254740993', '9007199254740993'],
    [{ extract: { field: 'answer.value' } }, 'Sure!\n```json\n{"answer": {"value": " B "}}\n```', ' B ', 'b'],
    [{ extract: { field: 'answers[1]' } }, { answers: ['a', 'b'] }, 'b', 'b'],
    [{ extract: 'json' as const }, 'I think [1, 2] fits', [1, 2], '["1","2"]'],
    [
      { extract: { regex: 'choice: (\\w)', group: 1, match: 'last' as const }, match },
      'choice: A. No, choice: C',
      'C',
      'c',
    ],
    [
      { extract: { regex: 'choice: (\\w)', group: 1, match: 'first' as const }, match },
      'choice: A. No, choice: C',
      'A',
      'a',
    ],
    [{}, ' Yes', ' Yes', 'yes'],
  ])('%j of %j', (options, output, answer, key) => {
    expect(readAnswer(output, options)).toEqual({ status: 'valid', answer, key });
  });

  test.each([
    [{}, '', 'empty'],
    [{}, null, 'empty'],
    [{}, undefined, 'empty'],
    [{ extract: { field: 'answer' } }, '{"answer": 1e999}', 'unparsed'],
    [{}, '\u200b\u2060 \ufeff\u3164', 'empty'],
    [{ normalise: 'exact' as const }, '\u200e', 'empty'],
    [{ extract: { field: 'answer' } }, '{"answer": "\u200b"}', 'empty'],
    [{ extract: 'json' as const }, '{"a": ""', 'unparsed'],
    [{ extract: { field: 'answer' } }, '{"answer": null}', 'empty'],
    [{ extract: { field: 'answer' } }, '{"reply": 1}', 'unparsed'],
    [{ extract: { field: 'answer' } }, 'no JSON', 'unparsed'],
    [{ extract: 'number' as const }, 'none of them', 'unparsed'],
    [{ extract: { regex: 'x(y)?', group: 1, match: 'last' as const }, match }, 'x', 'unparsed'],
    [{ extract: { regex: 'z', group: 0, match: 'last' as const }, match }, 'x', 'unparsed'],
    [{ finishReason: 'length' as const, extract: 'number' as const }, 'so 42', 'truncated'],
    [{ normalise: 'words' as const }, '!!', 'unparsed'],
  ])('%j of %j does not count: %s', (options, output, reason) => {
    expect(readAnswer(output, options)).toEqual({ status: 'invalid', reason });
  });

  test('a regular expression without a linear engine is refused', () => {
    expect(() => readAnswer('x', { extract: { regex: 'x', group: 0, match: 'last' } })).toThrow('linear matcher');
  });

  test.each([
    ['{"a": "}"} and then some', { a: '}' }],
    ['first {"a":1}, finally {"a":2}.', { a: 2 }],
    ['```\n[1]\n```\nnot {this}', [1]],
    ['a } b {"a": "\\"}"}', { a: '"}' }],
    ['{"a": {"b": 1}, "c":', undefined],
    ['none', undefined],
  ])('the JSON in %j', (text, value) => expect(jsonInText(text)).toEqual(value));

  test('a megabyte of brackets takes no second', () => {
    const started = performance.now();
    for (const text of ['{'.repeat(1e6), '[]'.repeat(5e5), '"'.repeat(1e6), '```'.repeat(3e5)]) jsonInText(text);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('the answer of a task', () => {
  test('is the prediction, the text, or what was found whatever the order and place', () => {
    expect(taskAnswer('classification', { prediction: 'spam', score: 0.9, scores: {} })).toBe('spam');
    expect(taskAnswer('generation', { text: 'Yes' })).toBe('Yes');
    const [first, second] = [
      { type: 'Person', text: 'Ada  Lovelace', start: 3 },
      { type: 'place', text: 'London' },
    ];
    expect(taskAnswer('extraction', { entities: [first, second] })).toEqual(
      taskAnswer('extraction', { entities: [second, { type: 'person', text: 'ada lovelace' }, second] }),
    );
    expect(taskAnswer('embedding', { dimensions: 1, embedding: [1] })).toBeUndefined();
  });
});
