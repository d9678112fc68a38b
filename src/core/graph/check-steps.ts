import { CadenzaError } from '../../contracts/failures';
import { RESERVED_STEP_NAMES } from '../../contracts/names';
import { shown, suggestion } from '../../contracts/nearest-name';
import type { Definition, InputMapping, Step } from '../../contracts/pipeline.schema';
import { referenceOf } from './step-edges';
import { findCycle } from './find-cycle';

/**
 * Refuses steps that could not run as written: two of one name, a reserved name, a reference to nothing, a cycle.
 * Nothing is guessed. `outputs` is the definition's output mapping.
 * @throws CadenzaError `InvalidInput` with the path of the wrong field.
 */
export function checkSteps(steps: readonly Step[], output: Definition['output']): void {
  const names = steps.map((step) => step.name);
  steps.forEach((step, index) => {
    const at = `steps[${index}]`;
    if ((RESERVED_STEP_NAMES as readonly string[]).includes(step.name)) {
      refuse(`${at}.name`, `"${step.name}" has a meaning of its own in references; call the step something else`);
    }
    if (names.indexOf(step.name) !== index) {
      refuse(`${at}.name`, `"${step.name}" is the name of steps[${names.indexOf(step.name)}] already`);
    }
    for (const [parameter, mapping] of Object.entries(step.inputs)) {
      checkMapping(`${at}.inputs.${shown(parameter)}`, mapping, names, step.name);
    }
    step.dependsOn.forEach((name, place) => checkName(`${at}.dependsOn[${place}]`, name, names, step.name));
  });
  checkOutput(output, names);
  const cycle = findCycle(steps);
  if (cycle) refuse('steps', `these wait for each other: ${cycle.join(' → ')}`);
}

function checkOutput(output: Definition['output'], names: readonly string[]): void {
  if (output === undefined) return;
  if (isSingleMapping(output)) return checkMapping('output', output, names);
  for (const [field, mapping] of Object.entries(output)) checkMapping(`output.${shown(field)}`, mapping, names);
}

/** An output is one mapping, or an object of them; `{ value: … }` alone is always a literal. */
export function isSingleMapping(output: NonNullable<Definition['output']>): output is InputMapping {
  if (typeof output === 'string') return true;
  const keys = Object.keys(output);
  return keys.length === 1 && keys[0] === 'value';
}

function checkMapping(at: string, mapping: InputMapping, names: readonly string[], self?: string): void {
  if (typeof mapping !== 'string') return;
  const reference = referenceOf(mapping);
  if (!reference) {
    refuse(at, `"${shown(mapping)}" is not a reference (step.field, step.list[0], input); a literal is { value: … }`);
  }
  if (reference.root !== 'input') checkName(at, reference.root, names, self);
}

function checkName(at: string, name: string, names: readonly string[], self?: string): void {
  if (name === self) refuse(at, `step "${name}" can not wait for itself`);
  if (!names.includes(name)) refuse(at, `there is no step "${shown(name)}"${suggestion(name, [...names, 'input'])}`);
}

function refuse(field: string, message: string): never {
  throw new CadenzaError('InvalidInput', `${field}: ${message}`, { field });
}
