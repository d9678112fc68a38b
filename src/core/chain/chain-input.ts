import type { ChainStep } from '../../contracts/chain.schema';
import { CadenzaError } from '../../contracts/failures';
import { RESERVED_STEP_NAMES } from '../../contracts/names';
import { suggestion } from '../../contracts/nearest-name';
import { checkPlaceholders } from '../prompts/check-placeholders';

/** What a chain's input is called in its templates and expressions. */
export const INITIAL_INPUT = 'initial_input';

/** Most steps that one run of a chain may come to: its result names each of them. */
export const MAX_CHAIN_CALLS = 1_000;

/**
 * Refuses a chain that could not run as written, before its first call: no steps, two steps of one name, a name that is
 * taken, a placeholder for nothing, a gate that goes back to a later step, gates that go back too often. A placeholder may name the input and the
 * steps before; a step with a condition, and one that comes later and is there after a gate went back, only with `?`.
 * @throws CadenzaError `InvalidInput` with the path of the wrong field
 */
export function checkChain(steps: readonly ChainStep[]): void {
  if (steps.length === 0) refuse('steps', 'a chain needs at least one step');
  const names = steps.map((step) => step.name);
  names.forEach((name, index) => checkName(name, `steps[${index}].name`, names, index));
  steps.forEach((step, index) => {
    const at = `steps[${index}]`;
    const before = steps.slice(0, index).filter(({ condition }) => condition === undefined);
    const known = [INITIAL_INPUT, ...before.map(({ name }) => name)];
    const perhaps = Object.fromEntries(
      steps
        .filter(({ name }) => !known.includes(name))
        .map(({ name }) => [
          name,
          names.indexOf(name) < index ? `step "${name}" has a condition` : `step "${name}" comes later`,
        ]),
    );
    checkPlaceholders(step.promptTemplate, `${at}.promptTemplate`, known, perhaps);
    if (step.system !== undefined) checkPlaceholders(step.system, `${at}.system`, known, perhaps);
    checkGate(step, at, names, index);
  });
  const most = mostCalls(steps);
  if (most > MAX_CHAIN_CALLS) {
    refuse('steps', `with its gates this chain may run ${most} steps; at most ${MAX_CHAIN_CALLS} are run`);
  }
}

/** How many steps a chain runs at most: each return of a gate runs the steps between once more. */
export function mostCalls(steps: readonly Pick<ChainStep, 'name' | 'gate'>[]): number {
  return steps.reduce((sum, { gate }, index) => {
    if (!gate || gate.otherwise === 'stop') return sum;
    const { goBackTo, times } = gate.otherwise;
    return sum + times * (index - steps.findIndex(({ name }) => name === goBackTo) + 1);
  }, steps.length);
}

function checkName(name: string, at: string, names: readonly string[], index: number): void {
  if ((RESERVED_STEP_NAMES as readonly string[]).includes(name)) {
    refuse(at, `"${name}" has a meaning of its own in templates; call the step something else`);
  }
  if (name in {}) refuse(at, `"${name}" is a property of every object; call the step something else`);
  const first = names.indexOf(name);
  if (first !== index) refuse(at, `"${name}" is the name of steps[${first}] already`);
}

function checkGate({ gate }: ChainStep, at: string, names: readonly string[], index: number): void {
  if (!gate || gate.otherwise === 'stop') return;
  const { goBackTo } = gate.otherwise;
  const field = `${at}.gate.otherwise.goBackTo`;
  const target = names.indexOf(goBackTo);
  if (target === -1) refuse(field, `there is no step "${goBackTo}"${suggestion(goBackTo, names.slice(0, index + 1))}`);
  if (target > index) refuse(field, `step "${goBackTo}" comes later; a gate goes back to its own step or one before`);
}

function refuse(field: string, message: string): never {
  throw new CadenzaError('InvalidInput', `${field}: ${message}`, { field });
}
