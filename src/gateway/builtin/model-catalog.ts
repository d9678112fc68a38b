import { CadenzaError } from '../../contracts/failures';
import type { ModelTask } from '../../contracts/names';
import { shown, suggestion } from '../../contracts/nearest-name';

/** The built-in models and what each can be asked to do. */
export const BUILTIN_MODEL_TASKS = {
  classifier: ['classification'],
  sentiment: ['sentiment'],
  entities: ['extraction'],
  summarizer: ['summarization'],
  language: ['classification'],
} as const satisfies Record<string, readonly ModelTask[]>;

export type BuiltinModelName = keyof typeof BUILTIN_MODEL_TASKS;

/** @throws CadenzaError `ModelNotFound` listing the models, `TaskNotSupported` naming what the model can do. */
export function checkBuiltinModel(model: string, task: ModelTask): BuiltinModelName {
  if (!isBuiltinModel(model)) {
    const known = suggestion(model, Object.keys(BUILTIN_MODEL_TASKS));
    throw new CadenzaError('ModelNotFound', `No built-in model is called "${shown(model)}"${known}.`);
  }
  const tasks: readonly ModelTask[] = BUILTIN_MODEL_TASKS[model];
  if (!tasks.includes(task)) {
    throw new CadenzaError(
      'TaskNotSupported',
      `The built-in model "${model}" can not do "${shown(task)}"; it does: ${tasks.join(', ')}.`,
    );
  }
  return model;
}

function isBuiltinModel(model: string): model is BuiltinModelName {
  return Object.hasOwn(BUILTIN_MODEL_TASKS, model);
}
