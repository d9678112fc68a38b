import { checkSchema } from '../../../src/evaluator/check-schema';

const text = (pattern: string) => ({ type: 'string', pattern });

test('several patterns in one schema are told apart', () => {
  const schema = { type: 'object', properties: { a: text('^a+$'), b: text('^b+$') } };
  expect(checkSchema({ schema, value: { a: 'aa', b: 'bb' } })).toEqual({ value: null });
  expect(checkSchema({ schema, value: { a: 'aa', b: 'aa' } })).toMatchObject({
    problem: expect.stringContaining('input.b') as string,
  });
});

test('a pattern that is slow for a backtracking engine is checked at once', () => {
  const started = Date.now();
  expect(checkSchema({ schema: text('^(a+)+$'), value: `${'a'.repeat(50_000)}!` })).toHaveProperty('problem');
  expect(Date.now() - started).toBeLessThan(2_000);
});

test('names the field and what is allowed, never the value', () => {
  const schema = {
    type: 'object',
    properties: { list: { type: 'array', items: { enum: ['red', 'green'] } } },
    additionalProperties: false,
  };
  expect(checkSchema({ schema, value: { list: ['red', 'secret'] } })).toEqual({
    problem: 'input.list[1]: must be equal to one of the allowed values: red, green',
  });
  expect(checkSchema({ schema, value: { lst: [] } })).toEqual({
    problem: 'input: must NOT have additional properties "lst"; did you mean "list"? (known: list)',
  });
});

test('a misspelt keyword, an unknown format and a pattern that is not regular make no schema', () => {
  for (const schema of [{ requird: ['a'] }, { type: 'string', format: 'emial' }, text('(?=a)'), { type: 'strin' }]) {
    expect(checkSchema({ schema })).toMatchObject({ problem: expect.stringContaining('is no JSON Schema') as string });
  }
});

test('formats are checked, and draft-07 is taken where the schema says so', () => {
  expect(checkSchema({ schema: { type: 'string', format: 'date' }, value: '2026-13-01' })).toHaveProperty('problem');
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'number' }] };
  expect(checkSchema({ schema, value: ['x'] })).toHaveProperty('problem');
});
