import { createHome } from '../config/home-folder';
import { CadenzaError } from '../contracts/failures';
import { withLock } from './folder-lock';
import { keepHandlers, withKeptHandlers } from './kept-handlers';
import { endProcess } from './process-info';
import type { Say } from './temporal-binary';
import type { WorkerSettings } from './worker-fingerprint';
import { fingerprintMatches, workerFingerprint } from './worker-fingerprint';
import type { WorkerExit } from './worker-process';
import { spawnWorker } from './worker-process';
import type { WorkerRecord } from './worker-record';
import { isInForeground, isWorker, removeWorkerRecord, runningWorker, writeWorkerRecord } from './worker-record';

/** Longer than the Worker itself gives to calls in flight before it drops them. */
const END_GRACE_MS = 45_000;

/** The Worker of a home. `models` says in a sentence which models answer. */
export type BackgroundWorker = { pid: number; models: string; started: boolean };

export type BackgroundWorkerOptions = Omit<WorkerSettings, 'variables'> & {
  /** Address of the home's server. */
  address: string;
  /** False: whatever Worker runs will do. True: one with other settings is replaced. */
  exact: boolean;
  say: Say;
};

/**
 * The Worker of a home, started in the background where none runs. Commands that run at once share one.
 * @throws CadenzaError `ConfigurationInvalid` where its registry or handlers are wrong, or where a Worker in the
 * foreground has other settings than this command asks for; `Internal` where it does not start
 */
export async function ensureBackgroundWorker(given: BackgroundWorkerOptions): Promise<BackgroundWorker> {
  const home = createHome(given.environment.home);
  const found = runningWorker(home);
  // What any Worker will do for needs no handlers to be there.
  if (found && !given.exact && serves(found, given)) return { pid: found.pid, models: found.models, started: false };
  const options = { ...given, environment: withKeptHandlers(given.environment) };
  if (found && serves(found, options)) return { pid: found.pid, models: found.models, started: false };
  return withLock(home, 'worker', async () => {
    const running = runningWorker(home);
    if (running) {
      if (serves(running, options)) return { pid: running.pid, models: running.models, started: false };
      if (isInForeground(running)) throw otherSettings(running);
      options.say(whyReplaced(running, options));
      await endWorker(home, running, options.say);
    }
    const { record } = await startWorker({ ...options, home, owner: 'background' });
    return { pid: record.pid, models: record.models, started: true };
  });
}

/** A Worker that `up` looks after: a child in its process group. Takes the place of one in the background. */
export async function startForegroundWorker(
  options: Omit<BackgroundWorkerOptions, 'exact'>,
): Promise<{ record: WorkerRecord; exited: Promise<WorkerExit> }> {
  const home = createHome(options.environment.home);
  return withLock(home, 'worker', async () => {
    const running = runningWorker(home);
    if (running) {
      if (isInForeground(running)) throw runsAlready(running);
      options.say(`The background worker (process ${running.pid}) gives way to the one of this command.`);
      await endWorker(home, running, options.say);
    }
    const environment = withKeptHandlers(options.environment);
    return startWorker({ ...options, environment, home, owner: 'up' });
  });
}

/** Records this very process as the Worker of a home, where none is: commands then use it instead of starting one. */
export async function recordThisWorker(
  options: Omit<BackgroundWorkerOptions, 'exact'> & { found: string },
): Promise<void> {
  const { environment, models, address, found, say } = options;
  const home = createHome(environment.home);
  await withLock(home, 'worker', async () => {
    const running = runningWorker(home);
    if (running) return say(`Another worker of this home runs too (process ${running.pid}): they share the work.`);
    writeWorkerRecord(home, {
      pid: process.pid,
      owner: 'worker',
      startedAt: new Date().toISOString(),
      address,
      ready: true,
      models: found,
      fingerprint: workerFingerprint({ environment, models, variables: process.env }),
    });
  });
}

/** Ends the Worker of a home, whoever started it: calls in flight may finish. The record of it, if one ran. */
export async function stopWorker(home: string, say: Say): Promise<WorkerRecord | undefined> {
  if (!runningWorker(home)) return undefined;
  return withLock(home, 'worker', async () => {
    const running = runningWorker(home);
    if (running) await endWorker(home, running, say);
    else removeWorkerRecord(home);
    return running;
  });
}

async function startWorker(
  options: Omit<BackgroundWorkerOptions, 'exact'> & { home: string; owner: 'background' | 'up' },
): Promise<{ record: WorkerRecord; exited: Promise<WorkerExit> }> {
  const { home, owner, environment, models, address } = options;
  const fingerprint = workerFingerprint({ environment, models, variables: process.env });
  const worker = spawnWorker({ home, environment, models, detached: owner === 'background' });
  const started: WorkerRecord = {
    pid: worker.pid,
    owner,
    ...(owner === 'up' && { parent: process.pid }),
    startedAt: new Date().toISOString(),
    address,
    ready: false,
    models: '',
    fingerprint,
  };
  // Before it is ready: whoever comes after this command was killed ends it instead of starting a second one.
  if (worker.pid > 0) writeWorkerRecord(home, started);
  try {
    const record = { ...started, ready: true, models: (await worker.ready).models };
    writeWorkerRecord(home, record);
    keepHandlers(environment);
    if (owner === 'background') worker.release();
    return { record, exited: worker.exited };
  } catch (error) {
    await endProcess(worker.pid, () => isWorker(started, home));
    removeWorkerRecord(home, worker.pid);
    throw error;
  }
}

function serves(running: WorkerRecord, { address, exact, environment, models }: BackgroundWorkerOptions): boolean {
  if (!running.ready || running.address !== address) return false;
  return !exact || fingerprintMatches(running.fingerprint, { environment, models, variables: process.env });
}

async function endWorker(home: string, running: WorkerRecord, say: Say): Promise<void> {
  const slow = setTimeout(
    () => say(`Waiting for the worker (process ${running.pid}) to finish its calls in flight, at most 30 s.`),
    1_500,
  );
  try {
    await endProcess(running.pid, () => isWorker(running, home), END_GRACE_MS);
    removeWorkerRecord(home, running.pid);
  } finally {
    clearTimeout(slow);
  }
}

function whyReplaced({ ready, address, pid }: WorkerRecord, wanted: BackgroundWorkerOptions): string {
  if (!ready) return `The worker (process ${pid}) never became ready: it is started again.`;
  if (address !== wanted.address) return `The Temporal server moved to ${wanted.address}: the worker is started again.`;
  return (
    'Models, keys or handlers changed: the background worker is replaced by one with the settings of this command. ' +
    'Runs in progress go on with it; a step whose handler or model it lacks fails.'
  );
}

function otherSettings({ pid, owner }: WorkerRecord): CadenzaError {
  return new CadenzaError(
    'ConfigurationInvalid',
    `\`cadenza ${owner}\` runs a worker here (process ${pid}) with other models, keys or handlers than this command has: end it first (Ctrl-C there, or \`cadenza down\`), or give this command the same.`,
  );
}

function runsAlready({ pid, owner, parent }: WorkerRecord): CadenzaError {
  return new CadenzaError(
    'ConfigurationInvalid',
    `\`cadenza ${owner}\` runs here already (process ${parent ?? pid}): end it with Ctrl-C there, or with \`cadenza down\`.`,
  );
}
