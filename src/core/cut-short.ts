import type { JsonObject, JsonValue } from '../contracts/json';
import type { StepStatus } from '../contracts/run';

type Failure = { type: string; message: string };

/** A step as it stands in a run that was ended from outside: what ran then did not get through, and waits for nobody. */
export function cutStep<S extends { status: StepStatus; note?: string }>(step: S, { type, message }: Failure): S {
  if (step.status !== 'running') return step;
  const { note: _waits, ...rest } = step;
  return { ...rest, status: 'failed', error: { type, message: `it was running when ${message}` } } as unknown as S;
}

/** What a run had when it was ended from outside; of a pipeline with each step as `cutStep` has it. */
export function cutResult(result: JsonValue, failure: Failure): JsonValue {
  const { results } = result as { results?: unknown };
  if (typeof results !== 'object' || results === null || Array.isArray(results)) return result;
  const steps = Object.entries(results as Record<string, { status: StepStatus }>);
  const cut = Object.fromEntries(steps.map(([name, step]) => [name, cutStep(step, failure)]));
  return { ...(result as JsonObject), results: cut };
}
