import type { ContentPath } from '../../contracts/content';
import { CadenzaError } from '../../contracts/failures';
import type { JsonValue } from '../../contracts/json';
import type { Definition, InputMapping, Step } from '../../contracts/pipeline.schema';
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

/**
 * The output of a pipeline: by its mapping, where a reference to a step without output yields null; without a mapping
 * the output of the last step in the list.
 */
export function resolveOutput(
  output: Definition['output'],
  steps: readonly Pick<Step, 'name'>[],
  scope: Scope,
): JsonValue {
  const valueOf = (mapping: InputMapping) => {
    if (typeof mapping !== 'string') return mapping.value;
    const reference = parseReference(mapping);
    const found = reference && resolveReference(reference, scope);
    return found?.found ? (found.value as JsonValue) : null;
  };
  if (output === undefined) return scope[steps.at(-1)?.name ?? ''] ?? null;
  if (isSingleMapping(output)) return valueOf(output);
  return Object.fromEntries(Object.entries(output).map(([field, mapping]) => [field, valueOf(mapping)]));
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
