import { check } from '../../../src/contracts/check-input.schema';
import { TRIGGERS, stepsSchema } from '../../../src/contracts/pipeline.schema';
import type { StepStatus } from '../../../src/contracts/run';
import { checkSteps } from '../../../src/core/graph/check-steps';
import { nextSteps } from '../../../src/core/graph/next-steps';

const steps = (...list: object[]) =>
  check(
    stepsSchema,
    list.map((step) => ({ handler: 'classify', ...step })),
    'steps',
  );

describe('steps that could not run as written are refused', () => {
  test.each([
    ['a duplicate name', [{ name: 'a' }, { name: 'a' }], 'steps[1].name'],
    ['a reserved name', [{ name: 'input' }], 'steps[0].name'],
    ['an unknown step', [{ name: 'extract' }, { name: 'b', inputs: { text: 'extrct.text' } }], 'steps[1].inputs.text'],
    ['an unknown step in dependsOn', [{ name: 'a', dependsOn: ['b'] }], 'steps[0].dependsOn[0]'],
    ['a text where a reference belongs', [{ name: 'a', inputs: { text: 'Hello World!' } }], 'steps[0].inputs.text'],
    ['a step that waits for itself', [{ name: 'a', inputs: { text: 'a.b' } }], 'steps[0].inputs.text'],
  ])('%s', (_case, list, field) => {
    expect(() => checkSteps(steps(...list), undefined)).toThrow(
      expect.objectContaining({ type: 'InvalidInput', field }),
    );
  });

  test('a cycle, with its steps in order', () => {
    const cyclic = steps(
      { name: 'a', inputs: { x: 'c' } },
      { name: 'b', dependsOn: ['a'] },
      { name: 'c', inputs: { x: 'b' } },
    );
    expect(() => checkSteps(cyclic, undefined)).toThrow('steps: these wait for each other: a → c → b → a');
  });

  test('an output that refers to nothing', () => {
    expect(() => checkSteps(steps({ name: 'a' }), { x: 'b.c' })).toThrow('output.x: there is no step "b"');
  });

  test('the nearest name is suggested', () => {
    expect(() =>
      checkSteps(steps({ name: 'extract' }, { name: 'b', inputs: { x: 'extrct.text' } }), undefined),
    ).toThrow('did you mean "extract"?');
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
      list.map((step) => ({ ...step, trigger })),
      (name) => status[name] as StepStatus,
    );
    expect(decision?.step.name).toBe('join');
    expect(decision?.action).toBe(RUNS[trigger]?.includes(`${a} ${b}`) ? 'run' : 'skip');
  });

  test('nothing is decided while a parent runs', () => {
    const status: Record<string, StepStatus> = { a: 'completed', b: 'running', join: 'pending' };
    expect(nextSteps(list, (name) => status[name] as StepStatus)).toEqual([]);
  });

  test('a skip names the parent that caused it', () => {
    const status: Record<string, StepStatus> = { a: 'skipped', b: 'failed', join: 'pending' };
    expect(nextSteps(list, (name) => status[name] as StepStatus)[0]).toMatchObject({ reason: 'step "b" failed' });
  });
});
