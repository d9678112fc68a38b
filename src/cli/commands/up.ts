import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectCadenza } from '../../client';
import { clusterNamedBy, connectionConfig } from '../../config/connection';
import type { Environment } from '../../config/environment';
import { readEnvironment } from '../../config/environment';
import { createHome } from '../../config/home-folder';
import { CadenzaError } from '../../contracts/failures';
import { EXIT } from '../../contracts/run';
import { startForegroundWorker, stopWorker } from '../../embedded/background-worker';
import type { EnsuredServer } from '../../embedded/temporal-server';
import { runningServer, stopTemporalServer } from '../../embedded/temporal-server';
import type { WorkerExit } from '../../embedded/worker-process';
import type { WorkerRecord } from '../../embedded/worker-record';
import { failureInfo } from '../failure-info';
import { takeInterrupt } from '../interrupt';
import { wrapped } from '../render/layout';
import { createRunLog } from '../run-log';
import { startServer } from '../session';
import { COMMAND } from '../command-name';
import type { Terminal } from '../terminal';

const LOOK_MS = 1_000;
/** A Worker that dies this soon after its start, this often in a row, has something that a restart does not cure. */
const SOON_MS = 30_000;
const MOST_RESTARTS = 3;

export type UpOptions = {
  models?: string;
  /** False: the server only, for Workers of a person's own. */
  worker?: boolean;
};

/**
 * `cadenza up`: server and Worker as children of this command, in its process group, until Ctrl-C. Takes over what runs
 * in the background of this home. Returns the exit status.
 */
export async function up(terminal: Terminal, options: UpOptions): Promise<number> {
  const given = readEnvironment();
  if (connectionConfig(given).kind === 'cluster') {
    const { says, undo } = clusterNamedBy(given);
    throw new CadenzaError(
      'ConfigurationInvalid',
      `\`up\` starts a server of its own, but ${says}: ${undo} and start it again, or serve that cluster with \`${COMMAND} worker\``,
      { field: 'TEMPORAL_ADDRESS' },
    );
  }
  const environment = { ...given, home: createHome(given.home) };
  const models = options.models === undefined ? undefined : path.resolve(options.models);
  const server = await startServer(terminal, environment, false);
  // Not before: while the binary is fetched, Ctrl-C ends the command like any other.
  const { signal } = takeInterrupt(['SIGINT', 'SIGTERM', 'SIGHUP']);
  const serving = { environment, models, signal };
  let worker: Worker | undefined;
  try {
    if (options.worker === false) await stopWorker(environment.home, terminal.say);
    else worker = await startWorker(terminal, serving, server.address);
    if (!server.started) {
      terminal.say(`A Temporal server of this home ran already (process ${server.pid}): it is taken over.`);
    }
  } catch (error) {
    // Nothing but what was started here: it may be that another `up` runs.
    if (server.started) await stopTemporalServer(environment.home);
    throw error;
  }
  try {
    showServing(terminal, environment, server, worker);
    return await serve(terminal, serving, { server, worker });
  } finally {
    terminal.say(worker ? 'Ending the worker, then the server.' : 'Ending the server.');
    await stopWorker(environment.home, terminal.say);
    await stopTemporalServer(environment.home);
    terminal.say('Ended. Runs that were in progress go on at the next start.');
  }
}

type Serving = { environment: Environment; models: string | undefined; signal: AbortSignal };
type Worker = { record: WorkerRecord; startedAt: number; ended: () => WorkerExit | undefined };

async function startWorker(terminal: Terminal, { environment, models }: Serving, address: string): Promise<Worker> {
  const { record, exited } = await startForegroundWorker({ environment, models, address, say: terminal.say });
  return { record, startedAt: Date.now(), ended: endedOf(exited) };
}

function showServing(terminal: Terminal, environment: Environment, server: EnsuredServer, worker?: Worker): void {
  const line = (label: string, text: string) =>
    wrapped(text, terminal.columns, 10, terminal.paint.bold(label.padEnd(10)));
  terminal.show([
    ...line('Temporal', server.address),
    ...line('Web UI', server.uiUrl),
    ...line('Worker', worker ? `process ${worker.record.pid}. ${worker.record.models}` : 'none: yours to run'),
    ...line('Home', environment.home),
    ...(worker
      ? wrapped(`Ctrl-C ends both. In another terminal: ${COMMAND} analyze path/to/file.pdf`, terminal.columns, 0)
      : ['Ctrl-C ends it. Where your worker and your commands run:', `export TEMPORAL_ADDRESS=${server.address}`]),
  ]);
}

/** Starts again what dies, and tells of runs, until the signal comes. */
async function serve(
  terminal: Terminal,
  serving: Serving,
  { server, worker }: { server: EnsuredServer; worker: Worker | undefined },
): Promise<number> {
  const { environment, signal } = serving;
  let { address } = server;
  const log = createRunLog(terminal, () => connectCadenza({ environment, address }));
  let restarts = 0;
  try {
    while (!signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      const exit = worker?.ended();
      const isServerThere = await runningServer(environment.home);
      if (exit?.code === 0) {
        terminal.say('The worker was ended by another command (`cadenza down`).');
        break;
      }
      if (!isServerThere) {
        terminal.say('The Temporal server ended: it is started again, and runs go on where they were.');
        ({ address } = await startServer(terminal, environment, false));
      }
      if (worker && exit) {
        restarts = Date.now() - worker.startedAt < SOON_MS ? restarts + 1 : 0;
        if (restarts > MOST_RESTARTS)
          throw new CadenzaError(
            'Internal',
            `the worker ended ${restarts} times soon after its start; its log is ${environment.home}/worker.log`,
          );
        terminal.say(`The worker ended (${exit.signal ?? `exit status ${exit.code}`}): it is started again.`);
        worker = await startWorker(terminal, serving, address);
      }
      await log.look().catch((error: unknown) => log.tell(failureInfo(error).message));
    }
  } finally {
    await log.close();
  }
  return EXIT.ok;
}

function endedOf(exited: Promise<WorkerExit>): () => WorkerExit | undefined {
  let exit: WorkerExit | undefined;
  void exited.then((how) => (exit = how));
  return () => exit;
}
