import type { ContentPath } from '../../contracts/content';
import { CadenzaError } from '../../contracts/failures';
import type { JsonValue } from '../../contracts/json';
import type { InputMapping } from '../../contracts/input-mapping.schema';
import type { Definition, Step } from '../../contracts/pipeline.schema';
import { parseReference, resolveReference } from '../references';
import { isSingleMapping } from './check-steps';

/** Outputs by step name, and the run's `input`. */
export type Scope = Readonly<Record<string, JsonValue>>;

/**
 * A step's inputs as far as they can be followed without loading content. What is missing and marked with `?` is left
 * out. @throws CadenzaError `MissingField` naming the reference and the fields there are.
 */
export function resolveInputs(step: Pick<Step, 'inputs'>, scope: Scope): Record<string, JsonValue | ContentPath> {
  const resolved: Record<string, JsonValue | ContentPath> = {};
  for (const [parameter, mapping] of Object.entries(step.inputs)) {
    const value = resolveMapping(mapping, scope);
    if (value !== undefined) resolved[parameter] = value;
  }
  return resolved;
}

/** An output: one value, or one for each field. Values may still be paths into stored content. */
export type ResolvedOutput = { single: JsonValue | ContentPath } | { fields: Record<string, JsonValue | ContentPath> };

/**
 * The output of a pipeline: by its mapping, where a reference to a step without output yields null; without a mapping
 * the output of the last step in the list.
 */
export function resolveOutput(
  output: Definition['output'],
  steps: readonly Pick<Step, 'name'>[],
  scope: Scope,
): ResolvedOutput {
  const valueOf = (mapping: InputMapping): JsonValue | ContentPath => {
    if (typeof mapping !== 'string') return mapping.value;
    const reference = parseReference(mapping);
    const found = reference && resolveReference(reference, scope);
    return found?.found ? found.value : null;
  };
  if (output === undefined) {
    const last = steps.at(-1)?.name ?? '';
    return { single: Object.hasOwn(scope, last) ? (scope[last] as JsonValue) : null };
  }
  if (isSingleMapping(output)) return { single: valueOf(output) };
  return { fields: Object.fromEntries(Object.entries(output).map(([field, mapping]) => [field, valueOf(mapping)])) };
}

function resolveMapping(mapping: InputMapping, scope: Scope): JsonValue | ContentPath | undefined {
  if (typeof mapping !== 'string') return mapping.value;
  const reference = parseReference(mapping);
  if (!reference) throw new CadenzaError('InvalidInput', `"${mapping}" is not a reference`);
  const found = resolveReference(reference, scope);
  if (found.found) return found.value;
  if (reference.optional) return undefined;
  throw new CadenzaError('MissingField', `"${mapping}": ${found.message}`, { field: mapping });
}
