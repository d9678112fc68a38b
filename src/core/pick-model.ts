import { CadenzaError } from '../contracts/failures';
import type { ModelPins, PinnedModel } from '../contracts/model';
import { MODEL_TASKS } from '../contracts/names';
import type { ModelTask } from '../contracts/names';
import { shown, suggestion } from '../contracts/nearest-name';

/** The models that money can be counted for. The others are named, so that their absence can be explained. */
export function pricedOnly({ tasks, models }: ModelPins): ModelPins {
  const entries = Object.entries(models);
  const withoutPrice = entries.filter(([, { price }]) => !price).map(([name]) => name);
  return { tasks, models: Object.fromEntries(entries.filter(([, { price }]) => price)), withoutPrice };
}

/**
 * A model by its name.
 * @throws CadenzaError `UnknownModel` with the nearest name and the known ones; `InvalidInput` for one without a price
 * under a budget in USD
 */
export function modelByName(pins: ModelPins, name: string): PinnedModel {
  const model = Object.hasOwn(pins.models, name) ? pins.models[name] : undefined;
  if (model) return model;
  if (pins.withoutPrice?.includes(name)) {
    throw new CadenzaError(
      'InvalidInput',
      `model "${name}" has no price in the registry, and the run has a budget in USD: give it one`,
    );
  }
  throw new CadenzaError('UnknownModel', `unknown model "${shown(name)}"${suggestion(name, Object.keys(pins.models))}`);
}

/**
 * The model that answers a task: the task's own line, else `default`.
 * @throws CadenzaError `UnknownTask`; `ConfigurationInvalid` naming the task that no model serves
 */
export function modelForTask(pins: ModelPins, task: string): PinnedModel {
  const name = pins.tasks[knownTask(task)] ?? pins.tasks.default;
  if (name !== undefined) return modelByName(pins, name);
  throw new CadenzaError(
    'ConfigurationInvalid',
    `no model serves the task "${task}": the registry has neither tasks.${task} nor tasks.default`,
  );
}

/** The task of that name. @throws CadenzaError `UnknownTask` listing the known ones */
export function knownTask(task: string): ModelTask {
  const known = MODEL_TASKS.find((candidate) => candidate === task);
  if (known) return known;
  throw new CadenzaError('UnknownTask', `unknown task "${shown(task)}"${suggestion(task, MODEL_TASKS)}`);
}
