import { CadenzaError } from '../../contracts/failures';
import type { TaskInput, TaskResults } from '../../contracts/model';
import type { ModelTask } from '../../contracts/names';
import type { BuiltinModels } from '../builtin-models';
import { READ_LIMIT } from './guard-text';
import type { Job, JobReply } from './job';
import { checkBuiltinModel } from './model-catalog';
import { createThreadPool } from '../../isolation/thread-pool';

export type BuiltinModelsOptions = {
  /** The compiled `lib/gateway/builtin/thread.js`. */
  threadFile: string;
  threads?: number;
  timeoutMs?: number;
};

const THREADS = 2;
const TIMEOUT_MS = 8_000;
const MEMORY_MB = 512;

/**
 * The models that need no key and no network, each job in a thread of its own that can be ended: text from strangers
 * can hang a language library. A job that hangs fails with `ModelTimeout`, not retryable, since it would hang again.
 */
export function createBuiltinModels(options: BuiltinModelsOptions): BuiltinModels {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const pool = createThreadPool<Job, JobReply>({
    name: 'cadenza-builtin-models',
    threadFile: options.threadFile,
    threads: options.threads ?? THREADS,
    timeoutMs,
    maxMemoryMb: MEMORY_MB,
    onTimeout: () =>
      new CadenzaError('ModelTimeout', `The built-in model did not end within ${timeoutMs} ms on this text.`, {
        retryable: false,
      }),
    onCrash: crashError,
    onClosed: () => new CadenzaError('WorkerLost', 'The built-in models were closed.'),
  });

  async function process<T extends ModelTask>(
    model: string,
    task: T,
    input: TaskInput,
    signal: AbortSignal,
  ): Promise<TaskResults[T]> {
    const name = checkBuiltinModel(model, task);
    const text = input.text.slice(0, READ_LIMIT);
    const reply = await pool.run({ model: name, input: { ...input, text }, textLength: input.text.length }, signal);
    if ('failure' in reply) {
      const { type, message, field } = reply.failure;
      throw new CadenzaError(type, message, { field });
    }
    // The catalogue lets a model do only tasks whose result it gives; the thread's reply does not carry that type.
    return reply.result as TaskResults[T];
  }

  return { process, close: () => pool.close() };
}

function crashError(cause: unknown): CadenzaError {
  const outOfMemory = (cause as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return outOfMemory
    ? new CadenzaError('InputTooLarge', `The built-in model needed more than ${MEMORY_MB} MB for this text.`)
    : new CadenzaError('Internal', 'The thread of the built-in models ended unexpectedly.', { cause });
}
