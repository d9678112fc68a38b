import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Cadenza } from '../client';
import { connectCadenza } from '../client';
import { connectionConfig } from '../config/connection';
import type { Environment } from '../config/environment';
import { readEnvironment } from '../config/environment';
import { createHome } from '../config/home-folder';
import { CadenzaError } from '../contracts/failures';
import { ensureBackgroundWorker } from '../embedded/background-worker';
import { wasEndedSince } from '../embedded/down-record';
import { databaseFile } from '../embedded/server-process';
import type { EnsuredServer, ServerOptions } from '../embedded/temporal-server';
import { ensureTemporalServer, runningServer } from '../embedded/temporal-server';
import { runningWorker } from '../embedded/worker-record';
import type { Terminal } from './terminal';

export type SessionOptions = {
  /** `exact`: a Worker with the settings of this command. `any`: whatever Worker runs. `none`: the server will do. */
  worker: 'exact' | 'any' | 'none';
  /** File of the model registry. */
  models?: string | undefined;
};

/** An open connection, and what looks after server and Worker while a command waits for runs. */
export type Session = {
  readonly kind: 'embedded' | 'cluster';
  readonly cadenza: Cadenza;
  /** The server's address. */
  readonly address: string;
  /** A sentence on which models answer; unknown for the Workers of a cluster. */
  readonly models?: string;
  /** The page of a run in the Temporal Web UI, where its address is known; without `runId` that of the id's newest run. */
  webAddress(run: { workflowId: string; runId?: string }): string | undefined;
  /**
   * Starts again what died of server and Worker. Does nothing in a cluster.
   * @throws CadenzaError `ServerUnavailable` where `cadenza down` ended them: the next command starts them
   */
  tend(): Promise<void>;
  close(): Promise<void>;
};

/** Connects, and starts the embedded server and a Worker where no cluster is named. @throws CadenzaError */
export async function openSession(terminal: Terminal, options: SessionOptions): Promise<Session> {
  const environment = readEnvironment();
  const connection = connectionConfig(environment);
  if (connection.kind === 'embedded') return openEmbedded(terminal, environment, options);
  if (options.models !== undefined) {
    throw new CadenzaError(
      'ConfigurationInvalid',
      '--models has no effect on a cluster: its workers answer with the registry they were started with (`npx cadenza worker --models FILE`)',
      { field: 'models' },
    );
  }
  const cadenza = await connectCadenza({ environment });
  return {
    kind: 'cluster',
    cadenza,
    address: connection.connectionOptions.address ?? 'localhost:7233',
    webAddress: () => undefined,
    tend: async () => undefined,
    close: () => cadenza.close(),
  };
}

/** As `openSession`, but undefined where nothing has ever run in this home: no server is started to say so. */
export async function openExisting(terminal: Terminal, options: SessionOptions): Promise<Session | undefined> {
  const environment = readEnvironment();
  const isNew =
    connectionConfig(environment).kind === 'embedded' &&
    !existsSync(databaseFile(environment.home)) &&
    !(await runningServer(environment.home));
  return isNew ? undefined : openSession(terminal, options);
}

/** What the embedded server needs to know, with what it says going to the terminal. */
export function serverOptions(terminal: Terminal, environment: Environment, detached: boolean): ServerOptions {
  return {
    home: environment.home,
    cacheDir: environment.cache,
    ...(environment.temporalPort && { port: environment.temporalPort }),
    ...(environment.uiPort && { uiPort: environment.uiPort }),
    detached,
    say: terminal.say,
    ...(terminal.isLive && { progress: (message: string) => terminal.draw([`  ${message}`]) }),
  };
}

/** Starts the embedded server or finds it, and takes the progress of doing so off the screen. */
export async function startServer(
  terminal: Terminal,
  environment: Environment,
  detached: boolean,
): Promise<EnsuredServer> {
  try {
    return await ensureTemporalServer(serverOptions(terminal, environment, detached));
  } finally {
    terminal.draw([]);
  }
}

async function openEmbedded(terminal: Terminal, given: Environment, options: SessionOptions): Promise<Session> {
  const openedAt = Date.now();
  const environment = { ...given, home: createHome(given.home) };
  const models = options.models === undefined ? undefined : path.resolve(options.models);
  const ensureWorker = (address: string, exact: boolean) =>
    ensureBackgroundWorker({ environment, models, address, exact, say: terminal.say });

  let server = await startServer(terminal, environment, true);
  if (server.started)
    terminal.say(`Started a Temporal server in the background: ${server.address}, Web UI ${server.uiUrl}`);
  const worker = options.worker === 'none' ? undefined : await ensureWorker(server.address, options.worker === 'exact');
  if (worker?.started) {
    terminal.say(`Started a worker in the background (process ${worker.pid}); \`npx cadenza down\` ends both.`);
  }
  const cadenza = await connectCadenza({ environment, address: server.address });
  return {
    kind: 'embedded',
    cadenza,
    address: server.address,
    ...(worker && { models: worker.models }),
    webAddress: ({ workflowId, runId }) =>
      `${server.uiUrl}/namespaces/default/workflows/${encodeURIComponent(workflowId)}${runId ? `/${runId}` : ''}`,
    async tend() {
      const serves = await runningServer(environment.home);
      if (serves && runningWorker(environment.home)) return;
      if (wasEndedSince(environment.home, openedAt)) throw endedByDown(environment.home);
      if (!serves) {
        terminal.say('The Temporal server ended: it is started again, and runs go on where they were.');
        server = await startServer(terminal, environment, true);
      }
      if (runningWorker(environment.home)) return;
      const { pid, started } = await ensureWorker(server.address, false);
      if (started) terminal.say(`No worker ran any more: started one (process ${pid}); runs go on where they were.`);
    },
    close: () => cadenza.close(),
  };
}

function endedByDown(home: string): CadenzaError {
  return new CadenzaError(
    'ServerUnavailable',
    `\`npx cadenza down\` ended server and worker of ${home}; the next command, or \`npx cadenza up\`, starts them again`,
  );
}
