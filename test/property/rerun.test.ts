import fc from 'fast-check';
import type { StepResult } from '../../src/contracts/pipeline.schema';
import { STEP_STATUSES } from '../../src/contracts/run';
import { keptOutputs } from '../../src/core/graph/kept-outputs';
import { propertyRuns } from '../helpers/property-runs';

type Results = Record<string, Pick<StepResult, 'status' | 'output'>>;

/** Random graphs without cycles, and how an old run left each of their steps. */
const oldRun = fc
  .array(fc.tuple(fc.array(fc.nat({ max: 50 }), { maxLength: 3 }), fc.constantFrom(...STEP_STATUSES)), {
    minLength: 1,
    maxLength: 20,
  })
  .map((drawn) => ({
    parents: Object.fromEntries(
      drawn.map(([list, _status], index) => [`s${index}`, index ? list.map((parent) => `s${parent % index}`) : []]),
    ),
    results: Object.fromEntries(
      drawn.map(([_list, status], index) => [`s${index}`, { status, output: index }]),
    ) as Results,
  }));

/** All that a step waits for, by walking up: another way than the code's. */
function ancestorsOf(name: string, parents: Record<string, string[]>): string[] {
  return (parents[name] ?? []).flatMap((parent) => [parent, ...ancestorsOf(parent, parents)]);
}

test('what is kept was completed, never waits for what is run anew, and all else that could be kept is', () => {
  fc.assert(
    fc.property(oldRun, fc.nat(), ({ parents, results }, choice) => {
      const names = Object.keys(parents);
      const from = names[choice % names.length] as string;
      const kept = keptOutputs(parents, from, results);
      const runsAnew = (name: string) =>
        name === from || !['completed', 'skipped'].includes(results[name]?.status ?? '');
      for (const name of names) {
        const mayStay = ![name, ...ancestorsOf(name, parents)].some(runsAnew) && results[name]?.status === 'completed';
        expect([name, Object.hasOwn(kept, name)]).toEqual([name, mayStay]);
        if (mayStay) expect(kept[name]).toBe(results[name]?.output);
      }
    }),
    { numRuns: propertyRuns(300) },
  );
});
