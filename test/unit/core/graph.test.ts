import { entriesAtOnce } from '../../../src/core/graph/entries-at-once';
import { check } from '../../../src/contracts/check-input.schema';
import { TRIGGERS, stepsSchema } from '../../../src/contracts/pipeline.schema';
import type { StepStatus } from '../../../src/contracts/run';
import { planSteps } from '../../../src/core/graph/check-steps';
import { parseExpression } from '../../../src/evaluator/parse-expression';
import { nextSteps } from '../../../src/core/graph/next-steps';

const steps = (...list: object[]) =>
  check(
    stepsSchema,
    list.map((step) => ({ handler: 'classify', ...step })),
    'steps',
  );

/** As the Worker plans: names in expressions come from the real parser. */
const plan = (list: Parameters<typeof planSteps>[0], output?: Parameters<typeof planSteps>[1]) =>
  planSteps(list, output, (expression, at) => {
    const parsed = parseExpression(expression);
    if (!parsed.ok) throw new Error(`${at}: ${parsed.problem}`);
    return parsed;
  });

describe('steps that could not run as written are refused', () => {
  test.each([
    ['a duplicate name', [{ name: 'a' }, { name: 'a' }], 'steps[1].name'],
    ['a reserved name', [{ name: 'input' }], 'steps[0].name'],
    ['a property of every object', [{ name: 'constructor' }], 'steps[0].name'],
    ['an unknown step', [{ name: 'extract' }, { name: 'b', inputs: { text: 'extrct.text' } }], 'steps[1].inputs.text'],
    ['an unknown step in dependsOn', [{ name: 'a', dependsOn: ['b'] }], 'steps[0].dependsOn[0]'],
    ['a text where a reference belongs', [{ name: 'a', inputs: { text: 'Hello World!' } }], 'steps[0].inputs.text'],
    ['an unknown step in a condition', [{ name: 'a', condition: 'extrct.x > 1' }], 'steps[0].condition'],
    [
      'an item that is called like a step',
      [{ name: 'a', forEach: { items: 'input', as: 'a' } }],
      'steps[0].forEach.as',
    ],
    ['a list that is nothing', [{ name: 'a', forEach: { items: 'b.c' } }], 'steps[0].forEach.items'],
    ['a step that waits for itself', [{ name: 'a', inputs: { text: 'a.b' } }], 'steps[0].inputs.text'],
  ])('%s', (_case, list, field) => {
    expect(() => plan(steps(...list))).toThrow(expect.objectContaining({ type: 'InvalidInput', field }));
  });

  test('a cycle, with its steps in order', () => {
    const cyclic = steps(
      { name: 'a', inputs: { x: 'c' } },
      { name: 'b', dependsOn: ['a'] },
      { name: 'c', inputs: { x: 'b' } },
    );
    expect(() => plan(cyclic)).toThrow('steps: these wait for each other: a → c → b → a');
  });

  test('an output that refers to nothing', () => {
    expect(() => plan(steps({ name: 'a' }), { x: 'b.c' })).toThrow('output.x: there is no step "b"');
  });

  test('the nearest name is suggested', () => {
    expect(() => plan(steps({ name: 'extract' }, { name: 'b', inputs: { x: 'extrct.text' } }))).toThrow(
      'did you mean "extract"?',
    );
  });
});

describe('edges', () => {
  test('come from inputs, lists, conditions and dependsOn, and not from the item of a list', () => {
    const list = steps(
      { name: 'a' },
      { name: 'b' },
      { name: 'c' },
      { name: 'd' },
      {
        name: 'last',
        inputs: { x: 'a.y', z: 'item.q', i: 'index' },
        forEach: { items: 'b.list' },
        condition: "c.items[d = 'x'] and input.on",
        dependsOn: ['a'],
      },
    );
    expect(plan(list).at(-1)).toMatchObject({ parents: ['a', 'b', 'c', 'd'], conditionNames: ['c', 'd', 'input'] });
  });
});

describe('trigger rules', () => {
  const list = steps({ name: 'a' }, { name: 'b' }, { name: 'join', dependsOn: ['a', 'b'] });
  const STATUSES: StepStatus[] = ['completed', 'failed', 'skipped'];

  /** The whole truth table, written out: does the join run after parents (a, b)? */
  const RUNS: Record<string, string[]> = {
    all_success: ['completed completed'],
    one_success: [
      'completed completed',
      'completed failed',
      'completed skipped',
      'failed completed',
      'skipped completed',
    ],
    none_failed: ['completed completed', 'completed skipped', 'skipped completed', 'skipped skipped'],
    all_done: STATUSES.flatMap((a) => STATUSES.map((b) => `${a} ${b}`)),
  };

  const cases = TRIGGERS.flatMap((trigger) => STATUSES.flatMap((a) => STATUSES.map((b) => [trigger, a, b] as const)));
  test.each(cases)('%s after %s and %s', (trigger, a, b) => {
    const status: Record<string, StepStatus> = { a, b, join: 'pending' };
    const [decision] = nextSteps(
      plan(list).map((step) => ({ ...step, trigger })),
      (name) => status[name] as StepStatus,
    );
    expect(decision?.step.name).toBe('join');
    expect(decision?.action).toBe(RUNS[trigger]?.includes(`${a} ${b}`) ? 'run' : 'skip');
  });

  test('nothing is decided while a parent runs', () => {
    const status: Record<string, StepStatus> = { a: 'completed', b: 'running', join: 'pending' };
    expect(nextSteps(plan(list), (name) => status[name] as StepStatus)).toEqual([]);
  });

  test('a skip names the parent that caused it', () => {
    const status: Record<string, StepStatus> = { a: 'skipped', b: 'failed', join: 'pending' };
    expect(nextSteps(plan(list), (name) => status[name] as StepStatus)[0]).toMatchObject({ reason: 'step "b" failed' });
  });
});

test.each([
  [50, 1, 50],
  [1000, 1, 1000],
  [1000, 3, 500],
  [1000, 3000, 1],
])('a list of maxParallel %i beside others, %i in all, has %i entries at once', (maxParallel, lists, expected) => {
  const steps = [...Array<object>(lists).fill({ forEach: {} }), {}];
  expect(entriesAtOnce(maxParallel, steps)).toBe(expected);
});
