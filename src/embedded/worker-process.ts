import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Environment } from '../config/environment';
import { compiledFile } from '../config/package-paths';
import type { FailureInfo } from '../contracts/failures';
import { CadenzaError, isFailureType } from '../contracts/failures';
import { workerMark } from './worker-record';

const START_TIMEOUT_MS = 90_000;
const LOG_KEPT_BYTES = 10 * 1024 * 1024;

/** What a Worker that is ready says of itself. */
export type WorkerReady = { models: string; handlers: string[] };

const reportSchema = z.union([
  z.object({ ready: z.object({ models: z.string(), handlers: z.array(z.string()) }) }),
  z.object({
    failed: z.object({
      type: z.string().refine(isFailureType),
      message: z.string(),
      field: z.string().optional(),
    }),
  }),
]);

/** The one message that a Worker sends to the command that started it. */
export type WorkerReport = { ready: WorkerReady } | { failed: FailureInfo };

/** How a Worker's process ended. */
export type WorkerExit = { code: number | null; signal: NodeJS.Signals | null };

export type WorkerProcess = {
  pid: number;
  /** Resolves when it asks for work. @throws CadenzaError why it did not start */
  ready: Promise<WorkerReady>;
  exited: Promise<WorkerExit>;
  /** Lets this process end without the Worker. */
  release(): void;
};

/** Starts `cadenza worker` for a home. `detached` gives it a process group of its own. Its log is `<home>/worker.log`. */
export function spawnWorker(options: {
  home: string;
  environment: Environment;
  models?: string | undefined;
  detached: boolean;
}): WorkerProcess {
  const { home, environment, models, detached } = options;
  const logFile = workerLog(home);
  if (sizeOf(logFile) > LOG_KEPT_BYTES) renameSync(logFile, `${logFile}.1`);
  const logStart = sizeOf(logFile);
  const log = openSync(logFile, 'a', 0o600);
  const program = [compiledFile('cli', 'main.js'), 'worker', ...workerMark(home)];
  const child = spawn(process.execPath, [...program, ...(models === undefined ? [] : ['--models', models])], {
    detached,
    stdio: ['ignore', log, log, 'ipc'],
    env: workerVariables(home, environment),
  });
  closeSync(log);
  const exited = new Promise<WorkerExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  const ready = untilReady(child, exited, () => lastLine(readFileSync(logFile).subarray(logStart).toString()));
  // Who only wants to end the process need not look at it.
  ready.catch(() => undefined);
  const release = () => {
    if (child.connected) child.disconnect();
    child.unref();
  };
  return { pid: child.pid ?? 0, ready, exited, release };
}

/** Tells the command that started this process, if one did and still listens. Never throws. */
export async function reportToParent(report: WorkerReport): Promise<void> {
  if (!process.send || !process.connected) return;
  await new Promise<void>((resolve) => process.send?.(report, undefined, undefined, () => resolve()));
  if (process.connected) process.disconnect();
}

/** Where the Workers of a home write what they have to say. */
export function workerLog(home: string): string {
  return path.join(home, 'worker.log');
}

async function untilReady(
  child: ChildProcess,
  exited: Promise<WorkerExit>,
  lastWords: () => string | undefined,
): Promise<WorkerReady> {
  const timeout = new AbortController();
  const report = new Promise<unknown>((resolve) => child.once('message', resolve));
  const ended = exited.then(({ code, signal }) => {
    const words = lastWords();
    return notStarted(`it ended at its start (${signal ?? `exit status ${code}`})${words ? `: ${words}` : ''}`);
  });
  const late = sleep(START_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(
    () => notStarted(`it was not ready after ${START_TIMEOUT_MS / 1000} s`),
    () => undefined,
  );
  try {
    const first = await Promise.race([report, ended, late]);
    if (first instanceof Error) throw first;
    const parsed = reportSchema.safeParse(first).data;
    if (parsed && 'ready' in parsed) return parsed.ready;
    if (!parsed) throw notStarted('it said something that is not its report');
    const { type, message, field } = parsed.failed as FailureInfo;
    throw new CadenzaError(type, message, { field });
  } finally {
    timeout.abort();
  }
}

function notStarted(why: string): CadenzaError {
  return new CadenzaError('Internal', `The worker could not be started: ${why}.`);
}

/** Paths absolute, whatever the working directory: the Worker outlives the command. */
function workerVariables(home: string, environment: Environment): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CADENZA_HOME: home,
    CADENZA_STORE: environment.store,
    CADENZA_CACHE: environment.cache,
    ...(environment.models && { CADENZA_MODELS: environment.models }),
    ...(environment.handlers && { CADENZA_HANDLERS: environment.handlers }),
  };
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1)?.trim().slice(0, 300) || undefined;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
