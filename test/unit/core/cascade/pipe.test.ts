import { leadingSample } from '../../../../src/core/cascade/leading-sample';
import { nextInput } from '../../../../src/core/cascade/next-input';

const reference = { ref: `sha256:${'0'.repeat(64)}`, bytes: 9, mediaType: 'text/plain' };

test.each([
  ['the text of an output', 'x', { text: 'made' }, undefined, { text: 'made' }],
  ['a stored text', { text: 'x', labels: ['a'] }, { text: reference }, undefined, { text: reference, labels: ['a'] }],
  ['a prediction', 'x', { prediction: 'a', score: 1 }, undefined, { text: 'a' }],
  ['all of what has neither', 'x', { entities: [] }, undefined, { text: { entities: [] } }],
  ['what a transform made', { text: 'x', maxWords: 5 }, { text: 'made' }, 'other', { text: 'other', maxWords: 5 }],
  [
    'fields that a transform set',
    { text: 'x', maxWords: 5 },
    { text: 'm' },
    { text: 'o', maxWords: 9 },
    { text: 'o', maxWords: 9 },
  ],
  ['a stored first input, replaced', reference, { text: 'made' }, undefined, { text: 'made' }],
])('the next stage works on %s', (_what, first, output, transformed, next) => {
  expect(nextInput(first, output as never, transformed)).toEqual(next);
});

test.each([
  [['a', 'b', 'b', 'a'], 0],
  [[undefined, 'b', 'a', 'a'], 2],
  [[undefined, undefined], undefined],
  [[], undefined],
])('of the samples %j number %p leads', (keys, at) => {
  expect(leadingSample(keys)).toBe(at);
});
