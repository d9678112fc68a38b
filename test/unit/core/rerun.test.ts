import type { Step, StepResult } from '../../../src/contracts/pipeline.schema';
import { stepSchema } from '../../../src/contracts/pipeline.schema';
import { keptOutputs, withDescendants } from '../../../src/core/graph/kept-outputs';
import { layOverConfig } from '../../../src/core/graph/lay-over-config';

/** a → b → d, a → c, and e on its own. */
const parents = { a: [], b: ['a'], c: ['a'], d: ['b'], e: [] };
type Results = Record<string, Pick<StepResult, 'status' | 'output'>>;
const done = (...names: string[]): Results =>
  Object.fromEntries(names.map((name) => [name, { status: 'completed' as const, output: `output of ${name}` }]));
const kept = (from: string, results: Results) => Object.keys(keptOutputs(parents, from, results));

describe('the outputs that a new run from a step on takes from an old one', () => {
  const all = done('a', 'b', 'c', 'd', 'e');

  test('are of the steps that do not wait for it, also not through others', () => {
    expect([...withDescendants(parents, ['a'])].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(kept('a', all)).toEqual(['e']);
    expect(kept('b', all)).toEqual(['a', 'c', 'e']);
    expect(kept('d', all)).toEqual(['a', 'b', 'c', 'e']);
    expect(keptOutputs(parents, 'd', all)).toMatchObject({ b: 'output of b' });
  });

  test('are of no step that failed or has not ended, nor of what waits for one', () => {
    const { b, e, ...rest } = all;
    expect(kept('c', { ...rest, b: { status: 'failed' }, e: { status: 'running' } })).toEqual(['a']);
    expect([b, e]).toBeDefined();
    expect(kept('c', done('a'))).toEqual(['a']);
  });

  test('leave a skipped step to be decided again, and keep what came after it', () => {
    expect(kept('c', { ...all, b: { status: 'skipped' } })).toEqual(['a', 'd', 'e']);
  });

  test('count null as an output', () => {
    expect(keptOutputs({ a: [], b: [] }, 'b', { a: { status: 'completed' }, b: { status: 'completed' } })).toEqual({
      a: null,
    });
  });

  test('are found by own names only', () => {
    expect(keptOutputs({ constructor: [], b: [] }, 'b', {})).toEqual({});
  });
});

describe('settings laid over the config of steps', () => {
  const step = (given: object): Step => stepSchema.parse({ handler: 'echo', ...given });
  const steps = [
    step({ name: 'a', config: { model: 'gpt', nested: { x: 1, y: 2 } } }),
    step({ name: 'b', inputs: { model: 'a.model' } }),
    stepSchema.parse({ name: 'hold', wait: { seconds: 1 } }),
  ];

  test('go one level deep and touch no other step', () => {
    const [a, b, hold] = layOverConfig(steps, { a: { model: 'other', nested: { x: 3 } } });
    expect(a?.config).toEqual({ model: 'other', nested: { x: 3 } });
    expect([b, hold]).toEqual(steps.slice(1));
    expect(steps[0]?.config).toEqual({ model: 'gpt', nested: { x: 1, y: 2 } });
  });

  test.each([
    ['an unknown step', { aa: {} }, 'config.aa: there is no step "aa"; did you mean "a"?'],
    [
      'a step that takes no config',
      { hold: { model: 'gpt' } },
      'config.hold: step "hold" runs no handler and no pattern',
    ],
    ['a field that the inputs set', { b: { model: 'gpt' } }, 'config.b.model: the inputs of step "b" set it'],
    ['a property of every object', { constructor: {} }, 'there is no step "constructor"'],
  ])('are refused for %s', (_case, overlay, message) => {
    expect(() => layOverConfig(steps, overlay)).toThrow(message);
  });
});
