import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { compiledFile } from '../config/package-paths';
import { CadenzaError } from '../contracts/failures';
import { withLock } from './folder-lock';
import { runTool } from './run-tool';

/** The version that is fetched: later tags can not be built by `go install`. */
export const TEMPORAL_CLI_VERSION = 'v1.5.1';

/** Where a sentence for a person goes. */
export type Say = (message: string) => void;

export type BinaryOptions = {
  cacheDir: string;
  say: Say;
  /** Called every two seconds while something long runs; without it `say` is, every twenty. */
  progress?: Say;
  env?: NodeJS.ProcessEnv;
};

const EXECUTABLE = process.platform === 'win32' ? '.exe' : '';
const DRAFT_PREFIX = 'temporal-draft-';
const DOWNLOAD_TIMEOUT_MS = 3 * 60_000;
const BUILD_TIMEOUT_MS = 30 * 60_000;

/**
 * The absolute path of a Temporal CLI that runs: from PATH, from the cache, downloaded, or built with Go, in this
 * order. What is fetched is kept in the cache; commands that run at once fetch it once. Throws `ServerUnavailable`
 * where there is no way to get one, and says how to install it.
 */
export async function findTemporalBinary(options: BinaryOptions): Promise<string> {
  const env = options.env ?? process.env;
  const cached = cachedTemporalBinary(options.cacheDir);
  const ready = (await onPath(env, options.say)) ?? ((await works(cached, env)) ? cached : undefined);
  if (ready) return ready;
  const fetch = () => fetchBinary(cached, { ...options, env });
  return withLock(options.cacheDir, 'temporal', fetch, () =>
    options.say('Another command is fetching the Temporal server; waiting for it.'),
  );
}

/** Where the cache keeps the CLI. */
export function cachedTemporalBinary(cacheDir: string): string {
  return path.join(cacheDir, `temporal-${TEMPORAL_CLI_VERSION}${EXECUTABLE}`);
}

async function onPath(env: NodeJS.ProcessEnv, say: Say): Promise<string | undefined> {
  for (const binary of allOnPath('temporal', env)) {
    if (await works(binary, env)) return binary;
    say(`${binary} is not a Temporal CLI with a server: it is passed over.`);
  }
  return undefined;
}

function allOnPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const folders = (env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute);
  return folders.map((folder) => path.join(folder, name + EXECUTABLE)).filter(isFile);
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function works(binary: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (!existsSync(binary)) return false;
  const result = await runTool(binary, ['--version'], { env, timeoutMs: 30_000 });
  // A machine so busy that nothing answers in half a minute says nothing about the file.
  return result.ok ? /\bServer \d+\.\d+/.test(result.output) : result.timedOut;
}

async function fetchBinary(cached: string, options: BinaryOptions & { env: NodeJS.ProcessEnv }): Promise<string> {
  if (await works(cached, options.env)) return cached;
  if (existsSync(cached)) {
    options.say(
      `The cached Temporal server ${cached} does not run (half-written or damaged): it is removed and fetched again.`,
    );
    rmSync(cached, { force: true });
  }
  removeDrafts(path.dirname(cached));
  const reasons: string[] = [];
  for (const way of [download, build]) {
    const draft = mkdtempSync(path.join(path.dirname(cached), DRAFT_PREFIX));
    try {
      const reason = await way(draft, options);
      const binary = reason === undefined ? await firstThatWorks(draft, options.env) : undefined;
      if (binary) {
        renameSync(binary, cached);
        return cached;
      }
      reasons.push(reason ?? 'what arrived does not run');
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  throw new CadenzaError(
    'ServerUnavailable',
    `There is no Temporal server: \`temporal\` is not on PATH, the download failed (${reasons[0]}) and so did the build (${reasons[1]}). ` +
      'Install the Temporal CLI as on https://docs.temporal.io/cli, or set TEMPORAL_ADDRESS to a cluster.',
  );
}

/** Only ever called under the lock, so a draft that is there belongs to a command that was killed. */
function removeDrafts(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (name.startsWith(DRAFT_PREFIX)) rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

async function firstThatWorks(folder: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (isFile(file) && (await works(file, env))) return file;
  }
  return undefined;
}

/** Resolves to the reason why it failed, or nothing. */
type Way = (draft: string, options: BinaryOptions & { env: NodeJS.ProcessEnv }) => Promise<string | undefined>;

const download: Way = async (draft, options) => {
  options.say('No Temporal server is installed: downloading one (about 50 MB, once).');
  const program = compiledFile('embedded', 'download-temporal.js');
  const args = [program, draft, TEMPORAL_CLI_VERSION];
  const result = await reporting('Downloading the Temporal server', options, () =>
    runTool(process.execPath, args, { env: options.env, timeoutMs: DOWNLOAD_TIMEOUT_MS }),
  );
  return result.ok ? undefined : shortReason(result.reason);
};

const build: Way = async (draft, options) => {
  const [go] = allOnPath('go', options.env);
  if (!go) return 'Go is not on PATH';
  options.say('The download is not possible here: building the Temporal server with Go (3 to 5 minutes, once).');
  const target = `github.com/temporalio/cli/cmd/temporal@${TEMPORAL_CLI_VERSION}`;
  const started = Date.now();
  const result = await reporting('Building the Temporal server', options, () =>
    runTool(go, ['install', target], { env: { ...options.env, GOBIN: draft }, timeoutMs: BUILD_TIMEOUT_MS }),
  );
  if (!result.ok) return shortReason(result.reason);
  options.say(`The Temporal server is built (${elapsed(started)}).`);
  return undefined;
};

async function reporting<T>(what: string, options: BinaryOptions, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const report = () => (options.progress ?? options.say)(`${what}: ${elapsed(started)}`);
  const timer = setInterval(report, options.progress ? 2_000 : 20_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function elapsed(since: number): string {
  const seconds = Math.round((Date.now() - since) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function shortReason(reason: string): string {
  const cause = reason.split(': ').slice(-2).join(': ');
  return cause.length > 160 ? `${cause.slice(0, 160)}…` : cause;
}
