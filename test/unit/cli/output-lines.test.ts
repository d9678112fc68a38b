import { widthOf } from '../../../src/cli/render/layout';
import { outputLines } from '../../../src/cli/render/output-lines';

it('shows a text as it is, alone or as the one field of an answer', () => {
  expect(outputLines('two\nlines', 79)).toEqual(['  two', '  lines']);
  expect(outputLines({ text: 'an answer: yes' }, 79)).toEqual(['  an answer: yes']);
});

it('shows a label with its score, and below it those that lost', () => {
  const output = { prediction: 'spam', score: 0.9, scores: { eggs: 0, spam: 0.9, ham: 0.09999999999999998 } };
  expect(outputLines(output, 79)).toEqual(['  spam (score 0.90)', '  ham 0.10, eggs 0.00']);
});

it('shows the rest as YAML, with nothing in it that YAML would have to escape, and no digits without a meaning', () => {
  const output = [
    'one \u001b[31mred\u001b[0m',
    0.1 + 0.2,
    { dimensions: 3, embedding: Array(20).fill(0.5) as number[] },
  ];
  expect(outputLines(output, 79)).toEqual([
    '  - one red',
    '  - 0.3',
    '  - dimensions: 3',
    '    embedding: (20 numbers; --json shows them)',
  ]);
});

it.each([79, 39])('makes no line wider than %i columns', (columns) => {
  const output = { a: { b: `${'漢字'.repeat(60)} and words`, [`key ${'🎉'.repeat(40)}`]: ['x'.repeat(200)] } };
  expect(
    outputLines(output, columns)
      .map(widthOf)
      .filter((width) => width > columns),
  ).toEqual([]);
});
