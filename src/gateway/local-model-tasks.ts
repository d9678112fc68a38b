import { CadenzaError } from '../contracts/failures';
import type { ModelTask } from '../contracts/names';
import { MODEL_TASKS } from '../contracts/names';

/** What the local demo model does: it writes text, and has no embeddings. */
export const LOCAL_MODEL_TASKS: readonly ModelTask[] = MODEL_TASKS.filter((task) => task !== 'embedding');

/** @throws CadenzaError `TaskNotSupported` saying what to do instead */
export function checkLocalModel(name: string, task: ModelTask): void {
  if (LOCAL_MODEL_TASKS.includes(task)) return;
  throw new CadenzaError(
    'TaskNotSupported',
    `the local demo model "${name}" writes text and can not do "${task}"; it does: ${LOCAL_MODEL_TASKS.join(', ')}. Give the task a model in the registry`,
  );
}
