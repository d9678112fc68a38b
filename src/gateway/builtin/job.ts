import type { FailureType } from '../../contracts/failures';
import type { TaskInput, TaskResults } from '../../contracts/model';
import type { ModelTask } from '../../contracts/names';
import type { BuiltinModelName } from './model-catalog';

/** What is sent to a thread. `textLength` is the length before the text was cut to what is read. */
export type Job = { model: BuiltinModelName; input: TaskInput; textLength: number };

/** What a thread sends back. Errors cross as plain data, because a copied error loses its fields. */
export type JobReply =
  | { result: TaskResults[ModelTask] }
  | { failure: { type: FailureType; message: string; field?: string } };
