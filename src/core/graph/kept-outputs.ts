import type { JsonValue } from '../../contracts/json';
import type { StepResult } from '../../contracts/pipeline.schema';

/** Steps by name with the names of those that they wait for. */
export type Parents = Readonly<Record<string, readonly string[]>>;

/** A step and all that waits for it, directly or through others. */
export function withDescendants(parents: Parents, first: readonly string[]): Set<string> {
  const affected = new Set(first);
  for (let size = -1; size !== affected.size;) {
    size = affected.size;
    for (const [name, waitsFor] of Object.entries(parents)) {
      if (waitsFor.some((parent) => affected.has(parent))) affected.add(name);
    }
  }
  return affected;
}

/**
 * The outputs that a new run from one step on takes from an earlier one: of steps that completed and wait neither for
 * that step nor for one that failed or had not ended, since that is run again too.
 */
export function keptOutputs(
  parents: Parents,
  from: string,
  results: Readonly<Record<string, Pick<StepResult, 'status' | 'output'>>>,
): Record<string, JsonValue> {
  const statusOf = (name: string) => (Object.hasOwn(results, name) ? results[name]?.status : undefined) ?? 'pending';
  const open = Object.keys(parents).filter((name) => !['completed', 'skipped'].includes(statusOf(name)));
  const anew = withDescendants(parents, [from, ...open]);
  const kept = Object.keys(parents).filter((name) => !anew.has(name) && statusOf(name) === 'completed');
  return Object.fromEntries(kept.map((name) => [name, results[name]?.output ?? null]));
}
