import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { CadenzaError } from '../../contracts/failures';
import { INSTALL_COMMAND } from './local-model-pins';
import { localModelStatus } from './local-model-status';

/** The local model as an OpenAI-compatible endpoint on loopback. */
export type LocalModelEndpoint = {
  /**
   * The address, ending in `/v1`; starts the model where it does not run. Ask before each request: a model that died
   * is started again at another address. Throws `ModelNotInstalled`, or `ProviderUnreachable` where it does not start.
   */
  baseUrl(): Promise<string>;
  /** Ends the process. A later `baseUrl` starts a new one. */
  close(): Promise<void>;
  /** The process id while one runs. */
  readonly pid: number | undefined;
};

export type LocalModelEndpointOptions = {
  cacheDir: string;
  /** The compiled `embedded/local-model/server-main.js`. */
  serverFile: string;
  startMs?: number;
};

/** What the child's one line says: a port, or why it gave up. */
export type ServerLine = { port: number } | { problem: string };

type Running = { child: ChildProcess; url: Promise<string> };

/**
 * Runs the local model in a child process of its own, started when it is first needed. The child ends with this process,
 * however that ends, and does not keep it alive.
 */
export function localModelEndpoint({
  cacheDir,
  serverFile,
  startMs = 60_000,
}: LocalModelEndpointOptions): LocalModelEndpoint {
  let running: Running | undefined;

  const start = (): Running => {
    const child = spawn(process.execPath, [serverFile, cacheDir], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: neededEnvironment(),
      windowsHide: true,
    });
    const started: Running = { child, url: readyAddress(child, startMs) };
    const forget = () => {
      if (running === started) running = undefined;
    };
    child.once('exit', forget).once('error', forget);
    started.url.catch(() => {
      forget();
      child.kill('SIGKILL');
    });
    return started;
  };

  return {
    async baseUrl() {
      if (!running) {
        const { installed } = await localModelStatus(cacheDir);
        if (!installed) throw notInstalled();
        running ??= start();
      }
      return running.url;
    },
    async close() {
      const child = running?.child;
      running = undefined;
      if (child) await endChild(child);
    },
    get pid() {
      return running?.child.pid;
    },
  };
}

async function readyAddress(child: ChildProcess, startMs: number): Promise<string> {
  const timeout = new AbortController();
  try {
    const line = await Promise.race([
      firstLine(child),
      sleep(startMs, undefined, { signal: timeout.signal }).then(() => problem(`it was not ready after ${startMs} ms`)),
    ]);
    if ('problem' in line) throw unreachable(line.problem);
    // From here on the child must not keep this process alive; its standard input tells it when this process is gone.
    for (const handle of [child, child.stdin, child.stdout]) (handle as unknown as { unref(): void } | null)?.unref();
    return `http://127.0.0.1:${line.port}/v1`;
  } finally {
    timeout.abort();
  }
}

function firstLine(child: ChildProcess): Promise<ServerLine> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(problem(error.message)));
    child.once('exit', (code, signal) =>
      resolve(problem(`it ended (${signal ?? `status ${code}`}) before it was ready`)),
    );
    // Its end comes as EPIPE to a write, which is only ever the end of input.
    child.stdin?.on('error', () => undefined);
    if (child.stdout) createInterface({ input: child.stdout }).once('line', (line) => resolve(parseLine(line)));
  });
}

function parseLine(line: string): ServerLine {
  try {
    return JSON.parse(line) as ServerLine;
  } catch {
    return problem('it wrote something that is not its ready line');
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.ref();
  child.stdin?.end();
  const kill = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await ended;
  clearTimeout(kill);
}

/** Third-party native code has no business with keys. */
function neededEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'USERPROFILE', 'LD_LIBRARY_PATH'];
  return Object.fromEntries(names.map((name) => [name, process.env[name]]).filter(([, value]) => value !== undefined));
}

function problem(text: string): ServerLine {
  return { problem: text };
}

function unreachable(reason: string): CadenzaError {
  return new CadenzaError('ProviderUnreachable', `The local model can not be started: ${reason}.`);
}

function notInstalled(): CadenzaError {
  return new CadenzaError('ModelNotInstalled', `The local model is not installed; run \`${INSTALL_COMMAND}\`.`);
}
