import { CadenzaError } from '../../contracts/failures';
import type { JsonObject } from '../../contracts/json';
import { shown, suggestion } from '../../contracts/nearest-name';
import type { Step } from '../../contracts/pipeline.schema';

/**
 * Steps with settings laid over the `config` of single ones, one level deep. What would have no effect is refused: a
 * step that is not there or takes no config, and a field that the step's own inputs set.
 * @throws CadenzaError `InvalidInput` naming step and field
 */
export function layOverConfig(steps: readonly Step[], overlay: Readonly<Record<string, JsonObject>>): Step[] {
  const names = steps.map(({ name }) => name);
  for (const [name, settings] of Object.entries(overlay)) {
    const at = `config.${shown(name)}`;
    const step = steps.find((candidate) => candidate.name === name);
    if (!step) return refuse(at, `there is no step "${shown(name)}"${suggestion(name, names)}`);
    if (step.handler === undefined && step.pattern === undefined) {
      refuse(at, `step "${name}" runs no handler and no pattern, so it takes no config`);
    }
    const taken = Object.keys(settings).find((field) => Object.hasOwn(step.inputs, field));
    if (taken !== undefined) {
      refuse(`${at}.${shown(taken)}`, `the inputs of step "${name}" set it, and they are laid over its config`);
    }
  }
  return steps.map((step) =>
    Object.hasOwn(overlay, step.name) ? { ...step, config: { ...step.config, ...overlay[step.name] } } : step,
  );
}

function refuse(field: string, message: string): never {
  throw new CadenzaError('InvalidInput', `${field}: ${message}`, { field });
}
