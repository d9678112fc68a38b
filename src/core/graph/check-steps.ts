import { CadenzaError } from '../../contracts/failures';
import { RESERVED_STEP_NAMES } from '../../contracts/names';
import { shown, suggestion } from '../../contracts/nearest-name';
import type { InputMapping } from '../../contracts/input-mapping.schema';
import type { Definition, Step } from '../../contracts/pipeline.schema';
import type { PlannedStep } from '../../contracts/step-activity';
import { findCycle } from './find-cycle';
import { parentsOf, referenceOf } from './step-edges';

/**
 * The names that an expression starts its paths with: `outer` where it is asked of the root, `inner` where it may also be
 * a field of what a path has led to. @throws CadenzaError `InvalidInput` when it does not parse
 */
export type NamesOf = (expression: string, at: string) => { outer: string[]; inner: string[] };

/**
 * Plans steps, and refuses those that could not run as written: two of one name, a reserved name, a reference to
 * nothing, a cycle. Nothing is guessed. `output` is the definition's output mapping.
 * @throws CadenzaError `InvalidInput` with the path of the wrong field
 */
export function planSteps(steps: readonly Step[], output: Definition['output'], namesOf: NamesOf): PlannedStep[] {
  const names = steps.map((step) => step.name);
  const planned = steps.map((step, index) => {
    const at = `steps[${index}]`;
    checkStepName(step, at, names, index);
    const local = step.forEach ? [step.forEach.as, 'index'] : [];
    for (const [parameter, mapping] of Object.entries(step.inputs)) {
      checkMapping(`${at}.inputs.${shown(parameter)}`, mapping, [...names, ...local], step.name);
    }
    if (step.forEach) checkForEach(step.forEach, at, names, step.name);
    step.dependsOn.forEach((name, place) => checkName(`${at}.dependsOn[${place}]`, name, names, step.name));
    if (step.transform !== undefined) namesOf(step.transform, `${at}.transform`);
    const conditionNames =
      step.condition === undefined ? [] : conditionNamesOf(step, `${at}.condition`, names, namesOf);
    return { ...step, parents: parentsOf(step, conditionNames), conditionNames };
  });
  checkOutput(output, names);
  const cycle = findCycle(planned);
  if (cycle) refuse('steps', `these wait for each other: ${cycle.join(' → ')}`);
  return planned;
}

function checkStepName(step: Step, at: string, names: readonly string[], index: number): void {
  if ((RESERVED_STEP_NAMES as readonly string[]).includes(step.name)) {
    refuse(`${at}.name`, `"${step.name}" has a meaning of its own in references; call the step something else`);
  }
  if (step.name in {}) {
    refuse(`${at}.name`, `"${step.name}" is a property of every object; call the step something else`);
  }
  if (names.indexOf(step.name) !== index) {
    refuse(`${at}.name`, `"${step.name}" is the name of steps[${names.indexOf(step.name)}] already`);
  }
}

function checkForEach({ items, as }: NonNullable<Step['forEach']>, at: string, names: readonly string[], self: string) {
  checkMapping(`${at}.forEach.items`, items, names, self);
  if ([...names, ...RESERVED_STEP_NAMES, 'index'].includes(as)) {
    refuse(`${at}.forEach.as`, `"${as}" is taken; call the item something else`);
  }
}

/** Names that a condition asks of the root must be there; others count where they are steps. */
function conditionNamesOf(step: Step, at: string, names: readonly string[], namesOf: NamesOf): string[] {
  const { outer, inner } = namesOf(step.condition ?? '', at);
  for (const name of outer) if (name !== 'input') checkName(at, name, names, step.name);
  return [...names, 'input'].filter((name) => name !== step.name && [...outer, ...inner].includes(name));
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
