import { setTimeout as sleep } from 'node:timers/promises';
import { connectCadenza } from '../../client';
import { connectionConfig } from '../../config/connection';
import type { Environment } from '../../config/environment';
import { readEnvironment } from '../../config/environment';
import { createHome } from '../../config/home-folder';
import { CadenzaError } from '../../contracts/failures';
import { EXIT } from '../../contracts/run';
import { startForegroundWorker, stopWorker } from '../../embedded/background-worker';
import { runningServer, stopTemporalServer } from '../../embedded/temporal-server';
import type { WorkerExit } from '../../embedded/worker-process';
import { failureInfo } from '../failure-info';
import { takeInterrupt } from '../interrupt';
import { createRunLog } from '../run-log';
import { startServer } from '../session';
import { COMMAND } from '../show-run';
import type { Terminal } from '../terminal';
import path from 'node:path';

const LOOK_MS = 1_000;
/** A Worker that dies this soon after its start, this often in a row, has something that a restart does not cure. */
const SOON_MS = 30_000;
const MOST_RESTARTS = 3;

/**
 * `cadenza up`: server and Worker as children of this command, in its process group, until Ctrl-C. Takes over what runs
 * in the background of this home. Returns the exit status.
 */
export async function up(terminal: Terminal, options: { models?: string }): Promise<number> {
  const given = readEnvironment();
  if (connectionConfig(given).kind === 'cluster') {
    throw new CadenzaError(
      'ConfigurationInvalid',
      `\`up\` runs the embedded server, but a cluster is named (TEMPORAL_ADDRESS or a Temporal profile): \`${COMMAND} worker\` starts a worker for it`,
      { field: 'TEMPORAL_ADDRESS' },
    );
  }
  const environment = { ...given, home: createHome(given.home) };
  const models = options.models === undefined ? undefined : path.resolve(options.models);
  const interrupt = takeInterrupt(['SIGINT', 'SIGTERM', 'SIGHUP']);
  try {
    return await serve(terminal, { environment, models, signal: interrupt.signal });
  } finally {
    terminal.say('Ending the worker, then the server.');
    await stopWorker(environment.home, terminal.say);
    await stopTemporalServer(environment.home);
    terminal.say('Ended. Runs that were in progress go on at the next start.');
  }
}

type Serving = { environment: Environment; models: string | undefined; signal: AbortSignal };

async function serve(terminal: Terminal, { environment, models, signal }: Serving): Promise<number> {
  let server = await startServer(terminal, environment, false);
  if (!server.started) {
    terminal.say(`A Temporal server of this home ran already (process ${server.pid}): it is taken over.`);
  }
  const startWorker = async () => {
    const { record, exited } = await startForegroundWorker({
      environment,
      models,
      address: server.address,
      say: terminal.say,
    });
    return { record, startedAt: Date.now(), ended: endedOf(exited) };
  };
  let worker = await startWorker();
  terminal.show([
    `${terminal.paint.bold('Temporal')}  ${server.address}`,
    `${terminal.paint.bold('Web UI')}    ${server.uiUrl}`,
    `${terminal.paint.bold('Worker')}    process ${worker.record.pid}. ${worker.record.models}`,
    `${terminal.paint.bold('Home')}      ${environment.home}`,
    `Ctrl-C ends both. In another terminal: ${COMMAND} analyze path/to/file.pdf`,
  ]);
  const log = createRunLog(terminal, () => connectCadenza({ environment, address: server.address }));
  let restarts = 0;
  try {
    while (!signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      const exit = worker.ended();
      const isServerThere = await runningServer(environment.home);
      if (exit?.code === 0) {
        terminal.say('The worker was ended by another command (`cadenza down`).');
        break;
      }
      if (!isServerThere) {
        terminal.say('The Temporal server ended: it is started again, and runs go on where they were.');
        server = await startServer(terminal, environment, false);
      }
      if (exit) {
        restarts = Date.now() - worker.startedAt < SOON_MS ? restarts + 1 : 0;
        if (restarts > MOST_RESTARTS)
          throw new CadenzaError(
            'Internal',
            `the worker ended ${restarts} times soon after its start; its log is ${environment.home}/worker.log`,
          );
        terminal.say(`The worker ended (${exit.signal ?? `exit status ${exit.code}`}): it is started again.`);
        worker = await startWorker();
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
