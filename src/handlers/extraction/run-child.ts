import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { CadenzaError } from '../../contracts/failures';
import { collect } from './collect';
import type { ExtractionLimits } from './limits';
import type { ExtractionReply, ExtractionRequest } from './protocol';
import { parseReply } from './parse-reply';
import { residentMemory } from './resident-memory';

const MEMORY_CHECK_MS = 50;
const STDERR_BYTES = 16 * 1024;

export type ChildRun = {
  childFile: string;
  request: ExtractionRequest;
  bytes: Uint8Array;
  limits: ExtractionLimits;
  signal: AbortSignal;
};

/** Why the process was killed from here. */
type Stop = { limit: string } | 'aborted';

/**
 * Reads one document in a process of its own, which is gone when this returns, whatever happened.
 * @throws CadenzaError `ExtractionLimit`, `DocumentCorrupt` when the reader crashed, `HandlerFailed` (to be tried
 * again) when something outside stopped it, `Internal` when it could not run; an abort rejects with `signal.reason`.
 */
export async function runChild({ childFile, request, bytes, limits, signal }: ChildRun): Promise<ExtractionReply> {
  signal.throwIfAborted();
  const child = start(childFile, limits);
  let stop: Stop | undefined;
  const kill = (why: Stop) => {
    stop ??= why;
    child.kill('SIGKILL');
  };

  const onAbort = () => kill('aborted');
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => kill({ limit: `${limits.timeoutMs / 1000} seconds` }), limits.timeoutMs);
  const memoryWatch = setInterval(() => {
    void residentMemory(child.pid ?? 0).then((resident) => {
      if (resident !== undefined && resident > limits.memoryBytes) kill({ limit: memoryLimit(limits) });
    });
  }, MEMORY_CHECK_MS);
  const output = collect(child.stdout, limits.outputBytes, () =>
    kill({ limit: `${megabytes(limits.outputBytes)} of output` }),
  );
  const complaints = collect(child.stderr, STDERR_BYTES);

  try {
    const ended = untilEnd(child);
    send(child, request, bytes);
    const end = await ended;
    // Both are set from callbacks, which the type checker can not see.
    const stopped = stop as Stop | undefined;
    if (stopped === 'aborted') throw signal.reason;
    if (stopped) throw overLimit(stopped.limit);
    return end.code === 0 ? parseReply(output()) : explainDeath(end, complaints().toString('latin1'), limits);
  } finally {
    clearTimeout(timer);
    clearInterval(memoryWatch);
    signal.removeEventListener('abort', onAbort);
  }
}

function start(childFile: string, limits: ExtractionLimits): ChildProcessWithoutNullStreams {
  const heapMegabytes = Math.max(16, Math.floor((limits.memoryBytes * 0.75) / (1024 * 1024)));
  return spawn(process.execPath, [`--max-old-space-size=${heapMegabytes}`, childFile], {
    // The document's author may get to run code in there: no key, no proxy, no address is handed over.
    env: process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] } : {},
    // A core dump, where the system writes them, must not land in the person's folder.
    cwd: tmpdir(),
    windowsHide: true,
  });
}

function send(child: ChildProcessWithoutNullStreams, request: ExtractionRequest, bytes: Uint8Array): void {
  // A process that dies early closes its end of the pipe; how it ended says more than EPIPE.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(request)}\n`);
  child.stdin.end(bytes);
}

type End = { code: number | null; signal: NodeJS.Signals | null };

function untilEnd(child: ChildProcessWithoutNullStreams): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', (error: NodeJS.ErrnoException) => {
      // A failed kill is an error event too, but then the process has a pid and an end of its own.
      if (child.pid !== undefined) return;
      reject(
        new CadenzaError('HandlerFailed', `the reading process could not be started (${error.code ?? error.name})`),
      );
    });
  });
}

const OUTSIDE_SIGNALS: readonly (NodeJS.Signals | null)[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

function explainDeath({ code, signal }: End, complaints: string, limits: ExtractionLimits): never {
  // The heap limit ends Node with SIGABRT, the system's own memory killer with SIGKILL.
  if (signal === 'SIGABRT' || signal === 'SIGKILL' || complaints.includes('heap out of memory')) {
    throw overLimit(memoryLimit(limits));
  }
  if (OUTSIDE_SIGNALS.includes(signal)) {
    throw new CadenzaError('HandlerFailed', `the reading process was stopped from outside (${signal})`);
  }
  if (signal !== null) throw new CadenzaError('DocumentCorrupt', `is damaged: it crashed the reader (${signal})`);
  throw new CadenzaError('Internal', `could not be read: the reading process ended with status ${code}`);
}

function overLimit(limit: string): CadenzaError {
  return new CadenzaError('ExtractionLimit', `took more than the ${limit} that reading one document may take`);
}

function memoryLimit(limits: ExtractionLimits): string {
  return `${megabytes(limits.memoryBytes)} of memory`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / (1024 * 1024))} MB`;
}
