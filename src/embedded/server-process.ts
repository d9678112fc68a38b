import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { registerSearchAttributes } from '../config/search-attributes';
import { CadenzaError } from '../contracts/failures';
import { LOOPBACK, isListening } from './free-port';

/** Loaded late: what only ends a server needs no client, and it takes most of the start of a command. */
const client = () => import('@temporalio/client');

const START_TIMEOUT_MS = 60_000;
const LOG_KEPT_BYTES = 10 * 1024 * 1024;

/** Every setting below is measured in docs/operations.md: with the defaults a sequential run is eight times slower. */
const SETTINGS = [
  ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=2000'],
  ...['--dynamic-config-value', 'history.timerProcessorMaxPollRPS=2000'],
  ...['--dynamic-config-value', 'system.enableActivityEagerExecution=true'],
  // Without it 1.29.1 hands tasks out without a look at their priority.
  ...['--dynamic-config-value', 'matching.useNewMatcher=true'],
  ...['--sqlite-pragma', 'journal_mode=wal'],
  ...['--sqlite-pragma', 'synchronous=normal'],
  ...['--log-level', 'error'],
];

/** How a server ended. */
export type ServerExit = { code: number | null; signal: NodeJS.Signals | null };

/** A server process that was started; it may not answer yet. */
export type ServerProcess = {
  pid: number;
  port: number;
  logFile: string;
  /** Resolves when the process ends. */
  exited: Promise<ServerExit>;
  /** Undefined while it runs. */
  exit: () => ServerExit | undefined;
  /** What this process wrote to the log. */
  log: () => string;
};

/** True for the command line of the server of this home, and of no other process. `home` is a real path. */
export function isServerCommand(commandLine: string, home: string): boolean {
  return commandLine.includes('server start-dev') && commandLine.includes(markOf(home).join(' '));
}

/**
 * SQLite reads `?`, `#` and `%` in a file name as parts of a URI, so the database is named relative to the working
 * directory. This flag, whose file never exists, marks the process instead, and keeps a person's own settings out.
 */
function markOf(home: string): string[] {
  return ['--env-file', path.join(home, 'temporal.yaml')];
}

/** The database file of that home. */
export function databaseFile(home: string): string {
  return path.join(home, 'temporal.db');
}

/**
 * Starts the server of a home. `detached` gives it a process group of its own and lets this process end without it.
 * Its environment holds no key. Throws `ServerUnavailable` where the binary can not be run.
 */
export async function spawnServer(options: {
  binary: string;
  home: string;
  port: number;
  uiPort: number;
  detached: boolean;
  settings?: readonly string[] | undefined;
}): Promise<ServerProcess> {
  const { binary, home, port, uiPort, detached, settings = [] } = options;
  const logFile = path.join(home, 'temporal.log');
  if (sizeOf(logFile) > LOG_KEPT_BYTES) renameSync(logFile, `${logFile}.1`);
  const logStart = sizeOf(logFile);
  const log = openSync(logFile, 'a', 0o600);
  const where = ['--ip', LOOPBACK, '--port', String(port), '--ui-port', String(uiPort)];
  const what = ['--db-filename', path.basename(databaseFile(home)), ...markOf(home)];
  const more = settings.flatMap((setting) => ['--dynamic-config-value', setting]);
  const child = spawn(binary, ['server', 'start-dev', ...where, ...what, ...SETTINGS, ...more], {
    cwd: home,
    detached,
    stdio: ['ignore', log, log],
    env: Object.fromEntries(
      Object.entries(process.env).filter(([name]) => /^(PATH|HOME|TMPDIR|SystemRoot)$/i.test(name)),
    ),
  });
  closeSync(log);
  let exit: ServerExit | undefined;
  const exited = new Promise<ServerExit>((resolve) => {
    child.once('exit', (code, signal) => resolve((exit = { code, signal })));
  });
  if (child.pid === undefined) {
    const reason = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw new CadenzaError('ServerUnavailable', `The Temporal server ${binary} can not be run: ${reason.message}.`);
  }
  if (detached) child.unref();
  const written = () => readFileSync(logFile).subarray(logStart).toString();
  return { pid: child.pid, port, logFile, exited, exit: () => exit, log: written };
}

/** Resolves when the server answers; throws `ServerUnavailable` with its own last words where it ends before. */
export async function untilReady(server: ServerProcess, home: string): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  let answeredSince: number | undefined;
  while (Date.now() < end) {
    if (server.exit()) throw endedAtStart(server, home);
    // A gRPC client that is refused once waits a second before it tries again, so the port is asked first.
    const listens = await isListening(server.port);
    if (listens && (await serverAnswers(`${LOOPBACK}:${server.port}`, 2_000))) answeredSince ??= Date.now();
    // Another server may have taken the port first and be the one that answers. Ours names its port when it listens;
    // a CLI that words this differently has ended by itself long before three seconds are over.
    const isOurs = new RegExp(`server:.*:${server.port}\\b`, 'i').test(server.log());
    if (answeredSince && !server.exit() && (isOurs || Date.now() - answeredSince > 3_000)) return;
    await sleep(50);
  }
  throw new CadenzaError(
    'ServerUnavailable',
    `The Temporal server did not answer within ${START_TIMEOUT_MS / 1000} s of its start. Its log is ${server.logFile}.`,
  );
}

/** True where a Temporal server with the namespace `default` answers at that address in time. */
export async function serverAnswers(address: string, timeoutMs: number): Promise<boolean> {
  const { Connection } = await client();
  const deadline = Date.now() + timeoutMs;
  try {
    const connection = await Connection.connect({ address, connectTimeout: timeoutMs });
    try {
      await connection.withDeadline(deadline, () =>
        connection.workflowService.describeNamespace({ namespace: 'default' }),
      );
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

/** So that runs can be searched from the first one on. A server that refuses serves all the same: `doctor` tells. */
export async function registerSearch(address: string): Promise<void> {
  const { Connection } = await client();
  const connection = await Connection.connect({ address });
  try {
    await registerSearchAttributes(connection, 'default').catch(() => undefined);
  } finally {
    await connection.close();
  }
}

/** True where a server ended because something else listened on one of its ports. */
export function lostItsPort(server: ServerProcess): boolean {
  return /address already in use|Only one usage of each socket/.test(server.log());
}

function endedAtStart(server: ServerProcess, home: string): CadenzaError {
  const words = lastWords(server.log());
  const { code, signal } = server.exit() ?? { code: null, signal: null };
  if (/file is not a database|malformed|file is encrypted/.test(words)) {
    const database = databaseFile(home);
    return new CadenzaError(
      'ServerUnavailable',
      `The database of the Temporal server, ${database}, is damaged (${words}). Put a copy back, or move it away (with its -wal and -shm files) to start with an empty one, without the runs in it.`,
    );
  }
  return new CadenzaError(
    'ServerUnavailable',
    `The Temporal server ended at its start (${signal ?? `exit status ${code}`}): ${words || 'it wrote nothing'}. Its log is ${server.logFile}.`,
  );
}

function lastWords(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim());
  return lines
    .slice(-2)
    .map((line) => /msg="?(.*?)"?$/.exec(line)?.[1] ?? line.trim())
    .join(' / ')
    .replaceAll('\\"', '"')
    .slice(-600);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
