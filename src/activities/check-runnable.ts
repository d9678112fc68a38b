import type { Callbacks } from '../contracts/callbacks.schema';
import type { FailureType } from '../contracts/failures';
import { CadenzaError } from '../contracts/failures';
import type { ModelPins } from '../contracts/model';

import { shown, suggestion } from '../contracts/nearest-name';
import type { Step } from '../contracts/pipeline.schema';
import type { NamesOf } from '../core/graph/check-steps';
import { modelByName } from '../core/pick-model';
import type { ActivityDependencies } from './dependencies';

/** What a Worker must have for a step. @throws CadenzaError `UnknownHandler`, `UnknownModel` */
export function checkRunnable(
  step: Step,
  at: string,
  { handlers }: Pick<ActivityDependencies, 'handlers'>,
  pins: ModelPins,
): void {
  if (step.handler !== undefined) checkHandler(step.handler, `${at}.handler`, handlers);
  if (step.handler !== undefined && typeof step.config['model'] === 'string') {
    checkModel(step.config['model'], `${at}.config.model`, pins);
  }
}

/** @throws CadenzaError `UnknownHandler` with the nearest name, and where handlers of a person's own come from */
export function checkHandler(name: string, at: string, handlers: ActivityDependencies['handlers']): void {
  if (Object.hasOwn(handlers, name)) return;
  const known = suggestion(name, Object.keys(handlers));
  const own = 'handlers of your own are those of the module that CADENZA_HANDLERS names, where the Worker starts';
  refuse('UnknownHandler', at, `handler "${shown(name)}" is not known${known}; ${own}`);
}

/** Callbacks are for steps that there are. @throws CadenzaError `InvalidInput` with the nearest name */
export function checkCallbackNames(callbacks: Callbacks | undefined, steps: readonly Step[]): void {
  const names = steps.map(({ name }) => name);
  for (const name of Object.keys(callbacks ?? {})) {
    if (name !== '*') checkStepName(`callbacks.${shown(name)}`, name, names);
  }
}

/** @throws CadenzaError `InvalidInput` where there is no step of that name */
export function checkStepName(field: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  refuse('InvalidInput', field, `there is no step "${shown(name)}"${suggestion(name, [...names])}`);
}

/** What an expression mentions, by the evaluator's parser. */
export function namesOf({ evaluator }: Pick<ActivityDependencies, 'evaluator'>): NamesOf {
  return (expression, at) => {
    const parsed = evaluator.parse(expression);
    return parsed.ok ? parsed : refuse('InvalidInput', at, `does not parse as JSONata: ${parsed.problem}`);
  };
}

/** @throws CadenzaError `UnknownModel`; `InvalidInput` for one without a price under a budget in USD */
export function checkModel(name: string, at: string, pins: ModelPins): void {
  try {
    modelByName(pins, name);
  } catch (error) {
    const { type, message } = error as CadenzaError;
    refuse(type, at, message);
  }
}

/** @throws CadenzaError always */
export function refuse(type: FailureType, field: string, message: string): never {
  throw new CadenzaError(type, `${field}: ${message}`, { field });
}
