import fc from 'fast-check';
import type { PlannedStep } from '../../src/contracts/step-activity';
import { stepSchema } from '../../src/contracts/pipeline.schema';
import type { StepStatus } from '../../src/contracts/run';
import { planSteps } from '../../src/core/graph/check-steps';
import { nextSteps } from '../../src/core/graph/next-steps';
import { propertyRuns } from '../helpers/property-runs';

const plan = (steps: Parameters<typeof planSteps>[0]) => planSteps(steps, undefined, () => ({ outer: [], inner: [] }));

/** Random graphs without cycles: a step may refer to earlier ones only, then the list is shuffled. */
const dag = fc
  .array(fc.array(fc.nat({ max: 50 }), { maxLength: 3 }), { minLength: 1, maxLength: 25 })
  .chain((parents) => {
    const steps = parents.map((list, index) =>
      stepSchema.parse({
        name: `s${index}`,
        handler: 'h',
        inputs: index ? Object.fromEntries(list.map((parent, n) => [`p${n}`, `s${parent % index}.x`])) : {},
      }),
    );
    return fc.shuffledSubarray(plan(steps), { minLength: steps.length });
  });

type Ending = { name: string; status: StepStatus };

/** Runs the scheduler to the end; which running step ends next, and how, is drawn. */
function simulate(steps: readonly PlannedStep[], draw: () => number, mayFail: boolean) {
  const status = new Map<string, StepStatus>(steps.map((step) => [step.name, 'pending']));
  const started: string[] = [];
  /** Names that had ended when a step started. */
  const before = new Map<string, readonly string[]>();
  const ended: Ending[] = [];
  for (;;) {
    const decisions = nextSteps(steps, (name) => status.get(name) as StepStatus);
    for (const { step, action } of decisions) {
      if (action === 'run') {
        started.push(step.name);
        before.set(
          step.name,
          ended.map(({ name }) => name),
        );
      } else ended.push({ name: step.name, status: 'skipped' });
      status.set(step.name, action === 'run' ? 'running' : 'skipped');
    }
    const running = steps.filter((step) => status.get(step.name) === 'running');
    if (running.length === 0 && decisions.length === 0) return { status, started, before };
    const next = running[draw() % Math.max(1, running.length)];
    if (!next) continue;
    const end: StepStatus = mayFail && draw() % 4 === 0 ? 'failed' : 'completed';
    status.set(next.name, end);
    ended.push({ name: next.name, status: end });
  }
}

const randomness = fc.infiniteStream(fc.nat());
const drawFrom = (stream: Iterator<number>) => () => stream.next().value as number;

test('every order the scheduler takes respects the edges, and nothing runs twice', () => {
  fc.assert(
    fc.property(dag, randomness, (steps, stream) => {
      expect(() => plan(steps)).not.toThrow();
      const { started, before, status } = simulate(steps, drawFrom(stream), false);
      expect([...started].sort()).toEqual(steps.map(({ name }) => name).sort());
      expect(new Set(started).size).toBe(started.length);
      for (const step of steps) {
        expect(before.get(step.name)).toEqual(expect.arrayContaining(step.parents));
      }
      expect([...status.values()].every((value) => value === 'completed')).toBe(true);
    }),
    { seed: 20261122, numRuns: propertyRuns(300) },
  );
});

test('no step runs after one that it waits for did not complete, and every step ends', () => {
  fc.assert(
    fc.property(dag, randomness, (steps, stream) => {
      const { started, status } = simulate(steps, drawFrom(stream), true);
      for (const step of steps) {
        const parents = step.parents.map((name) => status.get(name));
        expect(started.includes(step.name)).toBe(parents.every((parent) => parent === 'completed'));
        expect(status.get(step.name)).not.toBe('pending');
      }
    }),
    { seed: 20261122, numRuns: propertyRuns(300) },
  );
});

test('a graph with an edge turned round into a cycle is refused', () => {
  fc.assert(
    fc.property(dag, (steps) => {
      const child = steps.find((step) => step.parents.length > 0);
      fc.pre(child !== undefined);
      const parent = (child as PlannedStep).parents[0];
      const cyclic = steps.map((step) =>
        step.name === parent ? { ...step, dependsOn: [(child as PlannedStep).name] } : step,
      );
      expect(() => plan(cyclic)).toThrow('wait for each other');
    }),
    { seed: 20261122, numRuns: propertyRuns(100) },
  );
});
