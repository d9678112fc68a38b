import { parseInput } from '../../../src/cli/input-file';

it('reads JSON, also with tabs, and YAML', () => {
  expect(parseInput('{\n\t"definition": "x"\n}', 'a.json')).toEqual({ definition: 'x' });
  expect(parseInput('definition: x\ninput: { file: a.pdf }\n', 'a.yaml')).toEqual({
    definition: 'x',
    input: { file: 'a.pdf' },
  });
});

it.each([
  ['an unclosed list', 'a: 1\nb: [1, 2\n', /in\.yaml: line 3/],
  ['wrong indentation', 'a:\n  b: 1\n c: 2\n', /in\.yaml: line 3/],
  ['JSON with a comma too many', '{\n  "a": 1,,\n}', /in\.yaml: line 2/],
  ['nothing', ' \n', /in\.yaml: is empty/],
  ['an alias without an anchor', 'a: *b\n', /in\.yaml: /],
])('names source and line of %s', (_, content, message) => {
  expect(() => parseInput(content, 'in.yaml')).toThrow(message);
});

it('does not let aliases grow without end', () => {
  const levels = Array.from({ length: 12 }, (_, n) => `l${n}: &l${n} [${n === 0 ? 'x' : `*l${n - 1},`.repeat(10)}]`);
  expect(() => parseInput(levels.join('\n'), 'bomb.yaml')).toThrow(/bomb\.yaml/);
});
