import path from 'node:path';
import { connectionConfig } from '../../config/connection';
import { readEnvironment } from '../../config/environment';
import { createHome } from '../../config/home-folder';
import { TASK_QUEUE } from '../../contracts/names';
import { EXIT } from '../../contracts/run';
import { recordThisWorker } from '../../embedded/background-worker';
import { removeWorkerRecord } from '../../embedded/worker-record';
import { reportToParent } from '../../embedded/worker-process';
import { createWorker } from '../../worker';
import { failureInfo } from '../failure-info';
import { takeInterrupt } from '../interrupt';
import { startServer } from '../session';
import type { Terminal } from '../terminal';

export type WorkerOptions = {
  models?: string;
  /** The home for which another command started this Worker, and keeps its record. */
  of?: string;
};

/** `cadenza worker`: serves runs in the foreground until it is told to end. Returns the exit status. */
export async function worker(terminal: Terminal, { models, of }: WorkerOptions): Promise<number> {
  const interrupt = takeInterrupt(['SIGINT', 'SIGTERM']);
  try {
    const given = readEnvironment();
    const connection = connectionConfig(given);
    const isEmbedded = connection.kind === 'embedded';
    const environment = isEmbedded ? { ...given, home: createHome(given.home) } : given;
    const server = isEmbedded ? await startServer(terminal, environment, true) : undefined;
    if (server?.started) terminal.say(`Started a Temporal server in the background: ${server.address}`);
    const address = isEmbedded ? (server?.address ?? '') : (connection.connectionOptions.address ?? 'localhost:7233');
    const file = models === undefined ? undefined : path.resolve(models);
    const created = await createWorker({
      environment,
      ...(file !== undefined && { models: file }),
      ...(isEmbedded && { address }),
    });
    const running = created.run();
    running.catch(() => undefined);
    interrupt.signal.addEventListener('abort', () => {
      terminal.say('Ending: calls in flight get up to 30 s. A second signal ends at once.');
      created.shutdown();
    });
    // A signal that came while it started.
    if (interrupt.signal.aborted) created.shutdown();

    const handlers = [...created.handlers];
    terminal.say(
      `Worker ready at ${address}, task queue ${TASK_QUEUE}. ${created.models} Handlers: ${handlers.join(', ')}.`,
    );
    if (isEmbedded && of === undefined) {
      await recordThisWorker({ environment, models: file, address, found: created.models, say: terminal.say });
    }
    await reportToParent({ ready: { models: created.models, handlers } });
    try {
      await running;
    } finally {
      if (isEmbedded && of === undefined) removeWorkerRecord(environment.home, process.pid);
    }
    terminal.say('Worker ended.');
    return EXIT.ok;
  } catch (error) {
    await reportToParent({ failed: failureInfo(error) });
    throw error;
  }
}
