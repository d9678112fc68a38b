import { Worker } from 'node:worker_threads';

export type ThreadPool<Message, Reply> = {
  /** Rejects with `signal.reason` on abort, else with the error that the options make. */
  run(message: Message, signal: AbortSignal): Promise<Reply>;
  /** Ends all threads; jobs that wait or run are rejected. */
  close(): Promise<void>;
};

/** What jobs run on: a thread, or a process that acts like one. */
export type Lane = {
  postMessage(message: unknown): void;
  terminate(): Promise<number>;
  ref(): void;
  unref(): void;
  on(event: 'message' | 'error' | 'exit', listener: (value: never) => void): void;
};

export type ThreadPoolOptions = {
  /** What debuggers and profilers call the threads. */
  name: string;
  threadFile: string;
  threads: number;
  timeoutMs: number;
  maxMemoryMb: number;
  /** Starts something else than a thread. */
  startLane?: () => Lane;
  onTimeout: () => Error;
  onCrash: (cause: unknown) => Error;
  onClosed: () => Error;
};

type Outcome<Reply> = { reply: Reply } | { error: unknown };
type Job<Message, Reply> = { message: Message; finish: (outcome: Outcome<Reply>) => void; timer?: NodeJS.Timeout };
/** A place for a thread, which is started by its first job and again after it was ended. */
type Slot<Message, Reply> = { worker?: Lane; job?: Job<Message, Reply> };

/**
 * Runs one message at a time on each thread, the rest wait in line. A job that times out or is aborted takes its thread
 * with it, since nothing else stops a regular expression; the next job gets a fresh one. Idle threads do not keep the
 * process alive. A job's clock starts when a thread takes it.
 */
export function createThreadPool<Message, Reply>(options: ThreadPoolOptions): ThreadPool<Message, Reply> {
  const slots: Slot<Message, Reply>[] = Array.from({ length: options.threads }, () => ({}));
  const queue: Job<Message, Reply>[] = [];
  let closed = false;

  function run(message: Message, signal: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const refuse = (error: unknown): void => reject(error as Error);
      if (closed) return refuse(options.onClosed());
      if (signal.aborted) return refuse(signal.reason);
      const onAbort = (): void => job.finish({ error: signal.reason });
      const job: Job<Message, Reply> = {
        message,
        finish: (outcome) => {
          signal.removeEventListener('abort', onAbort);
          release(job, 'error' in outcome);
          if ('error' in outcome) refuse(outcome.error);
          else resolve(outcome.reply);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      queue.push(job);
      startNext();
    });
  }

  function startNext(): void {
    const free = slots.filter((slot) => slot.job === undefined);
    // A thread that is there already is warm; a new one has its libraries to load.
    const slot = free.find((candidate) => candidate.worker !== undefined) ?? free[0];
    const job = slot && queue.shift();
    if (!slot || !job) return;
    slot.job = job;
    job.timer = setTimeout(() => job.finish({ error: options.onTimeout() }), options.timeoutMs);
    slot.worker ??= startThread(slot);
    slot.worker.ref();
    slot.worker.postMessage(job.message);
  }

  /** Takes a finished job out of the line or off its thread, which ends with it when it failed. */
  function release(job: Job<Message, Reply>, failed: boolean): void {
    clearTimeout(job.timer);
    const waiting = queue.indexOf(job);
    if (waiting >= 0) queue.splice(waiting, 1);
    const slot = slots.find((candidate) => candidate.job === job);
    if (!slot) return;
    delete slot.job;
    slot.worker?.unref();
    if (failed) void endThread(slot);
    startNext();
  }

  function startThread(slot: Slot<Message, Reply>): Lane {
    const worker: Lane = options.startLane?.() ?? newThread();
    const whileCurrent = (action: () => void): void => {
      if (slot.worker === worker) action();
    };
    const lose = (cause: unknown): void =>
      whileCurrent(() => {
        delete slot.worker;
        slot.job?.finish({ error: options.onCrash(cause) });
      });
    worker.on('message', (reply: Reply) => whileCurrent(() => slot.job?.finish({ reply })));
    worker.on('error', lose);
    worker.on('exit', (code) => lose(new Error(`The thread ended with code ${code}.`)));
    return worker;
  }

  function newThread(): Lane {
    const worker = new Worker(options.threadFile, {
      name: options.name,
      resourceLimits: { maxOldGenerationSizeMb: options.maxMemoryMb },
      // Libraries that read strangers' text have no business with the keys in the environment.
      env: {},
      execArgv: [],
    });
    return {
      postMessage: (message) => worker.postMessage(message),
      terminate: () => worker.terminate(),
      ref: () => worker.ref(),
      unref: () => worker.unref(),
      on: (event, listener) => void worker.on(event, listener as (value: unknown) => void),
    };
  }

  async function endThread(slot: Slot<Message, Reply>): Promise<void> {
    const { worker } = slot;
    delete slot.worker;
    await worker?.terminate();
  }

  async function close(): Promise<void> {
    closed = true;
    const ended = slots.map((slot) => {
      const { worker } = slot;
      delete slot.worker;
      return worker?.terminate();
    });
    for (const job of [...queue, ...slots.flatMap((slot) => slot.job ?? [])]) job.finish({ error: options.onClosed() });
    await Promise.all(ended);
  }

  return { run, close };
}
