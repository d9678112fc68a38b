import { resolveInputs, resolveOutput } from '../../../src/core/graph/resolve-mappings';
import { parseReference } from '../../../src/core/references';

const reference = { ref: `sha256:${'a'.repeat(64)}` as const, bytes: 9000, mediaType: 'application/json' };
const scope = { input: { a: [1, 2] }, extract: { text: 'hello', parts: [{ n: 1 }], big: reference }, all: reference };
const inputs = (mapping: string | { value: number }) => ({ inputs: { x: mapping } });

describe('references', () => {
  test.each([
    ['input', { root: 'input', path: [], optional: false }],
    ['step.field.sub', { root: 'step', path: ['field', 'sub'], optional: false }],
    ['step.items[0].name?', { root: 'step', path: ['items', 0, 'name'], optional: true }],
    ['step[2][3]', { root: 'step', path: [2, 3], optional: false }],
    ['data.content-type', { root: 'data', path: ['content-type'], optional: false }],
  ])('%s is taken apart', (text, expected) => expect(parseReference(text)).toEqual(expected));

  test.each(['', '1step', 'a b', 'a.', 'a..b', 'a[x]', 'a[-1]', 'a[0', '?', '$x', 'a.b c', 'hello world!'])(
    '"%s" is none',
    (text) => expect(parseReference(text)).toBeUndefined(),
  );

  test.each([
    ['extract.text', 'hello'],
    ['extract.parts[0].n', 1],
    ['input.a[1]', 2],
    ['extract.big', reference],
    ['extract.big.deep[3]', { from: reference, path: ['deep', 3] }],
    ['all.bytes', 9000],
  ])('%s is followed as far as it can be without loading', (mapping, value) => {
    expect(resolveInputs(inputs(mapping), scope)).toEqual({ x: value });
  });

  test('a literal stays as it is', () => {
    expect(resolveInputs(inputs({ value: 3 }), scope)).toEqual({ x: 3 });
  });

  test.each([
    ['extract.txt', 'did you mean "text"?'],
    ['extract.parts[4]', 'has 1 entries'],
    ['extract.text.length', 'is a string'],
    ['nothing.text', 'no output of "nothing"'],
  ])('%s fails naming what there is', (mapping, message) => {
    expect(() => resolveInputs(inputs(mapping), scope)).toThrow(message);
  });

  test('what is missing and marked optional is left out', () => {
    expect(resolveInputs(inputs('extract.nothing?'), scope)).toEqual({});
  });

  test('properties of every object are no fields', () => {
    expect(() => resolveInputs(inputs('extract.constructor'), scope)).toThrow('no field "constructor"');
  });
});

describe('output of a pipeline', () => {
  const steps = [{ name: 'extract' }, { name: 'all' }];

  test('is that of the last step without a mapping', () => {
    expect(resolveOutput(undefined, steps, scope)).toEqual({ single: reference });
  });

  test('follows a single mapping or one for each field, with null for what never came', () => {
    expect(resolveOutput('extract.text', steps, scope)).toEqual({ single: 'hello' });
    expect(resolveOutput({ text: 'extract.text', type: 'classify.type' }, steps, scope)).toEqual({
      fields: { text: 'hello', type: null },
    });
    expect(resolveOutput({ value: 5 }, steps, scope)).toEqual({ single: 5 });
  });
});
