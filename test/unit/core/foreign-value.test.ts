import type { JsonValue } from '../../../src/contracts/json';
import { inspectForeign } from '../../../src/core/content/foreign-value';

const reference = { ref: `sha256:${'a'.repeat(64)}`, bytes: 1, mediaType: 'text/plain' };

test.each<[JsonValue, boolean]>([
  ['text', false],
  [null, false],
  [{ ref: 'sha256:short', bytes: 1, mediaType: 'x' }, false],
  [reference, true],
  [{ ...reference, name: 'a.pdf' }, true],
  [[1, { deep: [{ from: reference, path: ['a'] }] }], true],
])('what looks like a content reference is found: %j', (value, forged) => {
  expect(inspectForeign(value)).toEqual({ tooDeep: false, infinite: false, forged });
});

test('a value of any depth is looked through without running out of stack', () => {
  const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as JsonValue;
  expect(inspectForeign(nested(90)).tooDeep).toBe(false);
  expect(inspectForeign(nested(200)).tooDeep).toBe(true);
  expect(inspectForeign(nested(5_000)).tooDeep).toBe(true);
});

test('a number that JSON reads as infinite is found', () => {
  expect(inspectForeign(JSON.parse('{"grade": [1e400]}') as JsonValue).infinite).toBe(true);
  expect(inspectForeign(JSON.parse('{"grade": [1e300]}') as JsonValue).infinite).toBe(false);
});
