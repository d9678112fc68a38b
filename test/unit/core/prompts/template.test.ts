import { isCadenzaError } from '../../../../src/contracts/failures';
import { checkPlaceholders } from '../../../../src/core/prompts/check-placeholders';
import { fillTemplate, placeholdersOf } from '../../../../src/core/prompts/template';

const fill = (template: string, scope: Parameters<typeof fillTemplate>[1]) => fillTemplate(template, scope, 'prompt');

const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (isCadenzaError(error)) return { type: error.type, field: error.field, message: error.message };
    throw error;
  }
  throw new Error('was accepted');
};

describe('filling a template', () => {
  test.each([
    ['a name', 'Hello {name}!', 'Hello Ada!'],
    ['a field', '{person.city}', 'Bern'],
    ['an entry of a list', '{list[1]}', 'two'],
    ['a list, one entry a line', '{list}', 'one\ntwo\n{"n":3}'],
    ['an object as JSON', '{person}', '{"city":"Bern","age":36}'],
    ['a number, a truth value and null', '{person.age} {yes} {nothing}', '36 true null'],
    ['literal braces', '{{"city": "{person.city}"}}', '{"city": "Bern"}'],
    ['braces around a value', '{{{name}}}', '{Ada}'],
    ['a value that may be missing and is', '[{later?}]', '[]'],
    ['a value that may be missing and is not', '[{name?}]', '[Ada]'],
    ['no placeholder at all', 'plain', 'plain'],
  ])('puts in %s', (_case, template, filled) => {
    const scope = {
      name: 'Ada',
      person: { city: 'Bern', age: 36 },
      list: ['one', 'two', { n: 3 }],
      yes: true,
      nothing: null,
    };
    expect(fill(template, scope)).toBe(filled);
  });

  test('text that was filled in is never filled again', () => {
    expect(fill('{a} {b}', { a: '{b} {{', b: '$& {a}' })).toBe('{b} {{ $& {a}');
  });

  test('a field that is not there is a typed failure that shows no value', () => {
    expect(refusal(() => fill('{a.b}', { a: { secret: 'x' } }))).toEqual({
      type: 'MissingField',
      field: 'prompt',
      message: 'prompt: {a.b}: "a" has no field "b"; known: secret',
    });
  });

  test('what every object inherits is no field', () => {
    expect(refusal(() => fill('{a.constructor}', { a: {} })).type).toBe('MissingField');
    expect(refusal(() => fill('{toString}', {})).type).toBe('MissingField');
  });

  test.each([
    ['a brace that is not closed', 'Hello {name', 'the "{" at character 7'],
    ['a brace that was not opened', 'Hello name}', 'the "}" at character 11'],
    ['JSON that is not escaped', '{"a": 1}', 'write {{ for the character itself'],
    ['an empty placeholder', 'x {}', 'the "{" at character 3'],
  ])('%s is refused with its position', (_case, template, message) => {
    const refused = refusal(() => placeholdersOf(template, 'steps[0].promptTemplate'));
    expect(refused).toMatchObject({ type: 'InvalidInput', field: 'steps[0].promptTemplate' });
    expect(refused.message).toContain(message);
  });

  test('a megabyte of braces takes time in proportion', () => {
    const braces = '{'.repeat(500_001) + '}'.repeat(500_001);
    const before = performance.now();
    expect(() => placeholdersOf(braces, 'prompt')).toThrow('belongs to no placeholder');
    expect(fill('{{'.repeat(500_000), {}).length).toBe(500_000);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

describe('checking placeholders before the first call', () => {
  test('lists the placeholders of a template in order', () => {
    expect(placeholdersOf('{a} {{x}} {b.c[0]} {a?}', 'prompt').map(({ text }) => text)).toEqual(['a', 'b.c[0]', 'a?']);
  });

  test('a name that is unknown is refused with the nearest one', () => {
    expect(refusal(() => checkPlaceholders('{outlin}', 'p', ['initial_input', 'outline']))).toMatchObject({
      type: 'InvalidInput',
      message: 'p: unknown placeholder {outlin}; did you mean "outline"? (known: initial_input, outline)',
    });
  });

  test('a name that may be missing has to say so', () => {
    const perhaps = { draft: 'step "draft" has a condition' };
    expect(refusal(() => checkPlaceholders('{draft}', 'p', [], perhaps)).message).toBe(
      'p: {draft} may be missing, as step "draft" has a condition; write {draft?}',
    );
    expect(() => checkPlaceholders('{draft?}', 'p', [], perhaps)).not.toThrow();
  });
});
