import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compiledFile } from '../../src/config/package-paths';
import { anyFreePort } from '../../src/embedded/free-port';

/** How a command ended and what it said. */
export type CliResult = {
  code: number | null;
  stdout: string;
  stderr: string;
  /** All of stdout as one JSON document. @throws where it is anything else */
  json<T>(): T;
};

/** A command that runs. */
export type RunningCli = {
  readonly pid: number;
  readonly result: Promise<CliResult>;
  /** Resolves with the match when stderr matches; rejects when the command ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
};

export type CliOptions = { variables?: Record<string, string>; input?: string; cwd?: string; timeoutMs?: number };

/** The compiled command line with a home and ports of its own, away from whatever else runs on this machine. */
export type Cli = {
  readonly home: string;
  readonly folder: string;
  /** What makes a command one of this home: for `runInside`. */
  readonly variables: Record<string, string>;
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  start(args: readonly string[], options?: CliOptions): RunningCli;
  /** Ends what runs in the background and removes the home. */
  close(): Promise<void>;
};

const COMMAND_TIMEOUT_MS = 90_000;

/** A fresh home that nothing runs in. `variables` hold for every command. */
export async function createCli(variables: Record<string, string> = {}): Promise<Cli> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'cadenza-cli-')));
  const home = path.join(folder, 'home');
  const own = {
    CADENZA_HOME: home,
    CADENZA_TEMPORAL_PORT: String(await anyFreePort()),
    CADENZA_UI_PORT: String(await anyFreePort()),
    ...variables,
  };
  const start = (args: readonly string[], options: CliOptions = {}) =>
    startCommand(args, { cwd: folder, ...options, variables: { ...own, ...options.variables } });
  return {
    home,
    folder,
    variables: own,
    start,
    run: (args, options) => start(args, options).result,
    async close() {
      // In a cluster the home is another's, and nothing of it runs in the background.
      if (existsSync(home)) await start(['down']).result;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function startCommand(args: readonly string[], options: CliOptions): RunningCli {
  const { variables = {}, input, cwd, timeoutMs = COMMAND_TIMEOUT_MS } = options;
  const child = spawn(process.execPath, [compiledFile('cli', 'main.js'), ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...neutralVariables(), ...variables },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  const tell = () => listeners.forEach((listener) => listener());
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    tell();
  });
  child.stdin.on('error', () => undefined).end(input ?? '');
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  let ended = false;
  const result = new Promise<CliResult>((resolve) => {
    // `close`, not `exit`: also fails where something in the background keeps a pipe of the command open.
    child.once('close', (code) => {
      clearTimeout(timer);
      ended = true;
      resolve({ code, stdout, stderr, json: <T>() => JSON.parse(stdout) as T });
      tell();
    });
  });
  return {
    pid: child.pid ?? 0,
    result,
    signal: (name) => void child.kill(name),
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(stderr);
          if (!match && !ended) return;
          listeners.delete(look);
          if (match) resolve(match);
          else reject(new Error(`ended without saying ${String(pattern)}: ${stderr}`));
        };
        listeners.add(look);
        look();
      }),
  };
}

/** The environment without anything that would choose models, servers or folders. */
export function neutralVariables(): Record<string, string> {
  const chooses = /^(OPENAI_|OLLAMA|TEMPORAL_|CADENZA_|JEST_|NODE_OPTIONS$|FORCE_COLOR$|XDG_CONFIG_HOME$)/;
  const kept = Object.entries(process.env).filter(([name, value]) => value !== undefined && !chooses.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}
