import type { TaskInput, TaskResults } from '../contracts/model';
import type { ModelTask } from '../contracts/names';

/** The built-in models: small, instant, no network, and honest about what they do not know. */
export interface BuiltinModels {
  /**
   * @throws CadenzaError `TaskNotSupported` naming what the model can do, `ModelNotFound`, `ModelTimeout` when hostile text
   * takes too long; an abort rejects with `signal.reason`.
   */
  process<T extends ModelTask>(model: string, task: T, input: TaskInput, signal: AbortSignal): Promise<TaskResults[T]>;
  close(): Promise<void>;
}
