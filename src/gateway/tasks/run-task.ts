import type { TaskInput, TaskResults } from '../../contracts/model';
import type { ModelTask } from '../../contracts/names';
import type { TaskContext } from './ask';
import { classification, sentiment } from './classification';
import { embedding } from './embedding';
import { extraction } from './extraction';
import { generation, summarization, translation } from './text-tasks';

type Task<T extends ModelTask> = (input: TaskInput, context: TaskContext) => Promise<TaskResults[T]>;

const TASKS: { [T in ModelTask]: Task<T> } = {
  classification,
  sentiment,
  extraction,
  summarization,
  translation,
  generation,
  embedding,
};

/** Does a task with a chat (or embedding) model. @throws CadenzaError what the task's own function throws */
export function runTask<T extends ModelTask>(task: T, input: TaskInput, context: TaskContext): Promise<TaskResults[T]> {
  const run: Task<T> = TASKS[task];
  return run(input, context);
}
