import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { createHome } from '../config/home-folder';
import { CadenzaError } from '../contracts/failures';
import { withLock } from './folder-lock';
import { LOOPBACK, isPortFree, nextFreePort } from './free-port';
import { commandLineOf, endProcess, processAlive } from './process-info';
import { isServerCommand, lostItsPort, registerSearch, serverAnswers, spawnServer, untilReady } from './server-process';
import type { ServerExit, ServerProcess } from './server-process';
import { readStateFile, removeStateFile, writeStateFile } from './state-file';
import { findTemporalBinary } from './temporal-binary';
import type { Say } from './temporal-binary';

/** Where the embedded server listens unless told otherwise: the ports of Temporal's own dev server. */
export const DEFAULT_PORTS = { temporal: 7233, ui: 8233 } as const;

/** A Temporal server of this machine. */
export type TemporalServer = { address: string; uiUrl: string; pid: number; namespace: 'default' };

export type EnsuredServer = TemporalServer & {
  /** False where the server ran already. */
  started: boolean;
  /** Resolves when the server ends; only for one that was started here with `detached: false`. */
  exited?: Promise<ServerExit>;
};

export type ServerOptions = {
  home: string;
  cacheDir: string;
  /** Only where a person chose them: an error where they are taken. Without them the next free ones are used. */
  port?: number;
  uiPort?: number;
  /** True: own process group, lives on after this process. False: a child that ends with its group. */
  detached: boolean;
  /** Dynamic configuration besides that of every embedded server, as `name=value`. */
  settings?: readonly string[];
  say: Say;
  progress?: Say;
};

const recordSchema = z.object({
  pid: z.number().int().positive(),
  address: z.string(),
  uiUrl: z.string(),
  startedAt: z.string(),
  binary: z.string(),
});
type ServerRecord = z.infer<typeof recordSchema>;

/**
 * The server of a home, started where it does not run. Commands that run at once share one. A server that was killed
 * is started again on the same database and, where they are free, the same ports, so that printed addresses stay good.
 * Throws `ServerUnavailable` where it can not be started, `ConfigurationInvalid` where the home can not be made.
 */
export async function ensureTemporalServer(options: ServerOptions): Promise<EnsuredServer> {
  const home = createHome(options.home);
  const running = await runningServer(home);
  if (running && (await serverAnswers(running.address, 3_000))) return reuse(running, options);
  const binary = await findTemporalBinary(options);
  return withLock(home, 'server', async () => {
    const found = await runningServer(home);
    if (found) {
      // Started a moment ago by a command that was killed, or busy: both answer after a while.
      if (await serverAnswers(found.address, 15_000)) return reuse(found, options);
      options.say(`The Temporal server (process ${found.pid}) does not answer: it is started again.`);
      await endProcess(found.pid, () => isServerOf(home, found.pid));
    }
    return start(home, binary, options);
  });
}

/** The server of a home while its process runs; it is not asked whether it answers. */
export async function runningServer(folder: string): Promise<TemporalServer | undefined> {
  const home = realHome(folder);
  const record = readRecord(home);
  if (!record || !isServerOf(home, record.pid)) return undefined;
  return { address: record.address, uiUrl: record.uiUrl, pid: record.pid, namespace: 'default' };
}

/**
 * Ends the server of a home and resolves when it is gone; true where there was one. A process that merely has the
 * recorded id is left alone.
 */
export async function stopTemporalServer(folder: string): Promise<boolean> {
  const home = realHome(folder);
  if (!readRecord(home)) return false;
  return withLock(home, 'server', async () => {
    const record = readRecord(home);
    const runs = record !== undefined && isServerOf(home, record.pid);
    if (runs) await endProcess(record.pid, () => isServerOf(home, record.pid));
    removeStateFile(recordFile(home));
    return runs;
  });
}

async function start(home: string, binary: string, options: ServerOptions): Promise<EnsuredServer> {
  for (let attempt = 1; ; attempt++) {
    const { port, uiPort } = await choosePorts(readRecord(home), options);
    const server = await spawnServer({
      binary,
      home,
      port,
      uiPort,
      detached: options.detached,
      settings: options.settings,
    });
    const record = recordOf(server, uiPort, binary);
    // Before it answers: whoever comes after this command was killed finds the server instead of starting a second one.
    writeStateFile(recordFile(home), record);
    try {
      await untilReady(server, home);
    } catch (error) {
      await endProcess(server.pid, () => server.exit() === undefined);
      if (attempt < 3 && lostItsPort(server)) continue;
      throw error;
    }
    const { pid, address, uiUrl } = record;
    await registerSearch(address);
    const started = { address, uiUrl, pid, namespace: 'default', started: true } as const;
    return options.detached ? started : { ...started, exited: server.exited };
  }
}

/** The ports that were asked for; else those of last time, so that printed addresses stay good; else the usual ones. */
async function choosePorts(last: ServerRecord | undefined, options: ServerOptions) {
  const { say } = options;
  const wanted = portOf(last?.address) ?? DEFAULT_PORTS.temporal;
  const wantedUi = portOf(last?.uiUrl) ?? DEFAULT_PORTS.ui;
  const port = options.port
    ? await chosenPort(options.port, 'CADENZA_TEMPORAL_PORT')
    : await freePort('the Temporal server', wanted, options.uiPort, say);
  const uiPort = options.uiPort
    ? await chosenPort(options.uiPort, 'CADENZA_UI_PORT')
    : await freePort('the Temporal UI', wantedUi, port, say);
  return { port, uiPort };
}

async function freePort(who: string, wanted: number, except: number | undefined, say: Say): Promise<number> {
  const port = await nextFreePort(wanted, except);
  if (port !== wanted) say(`Port ${wanted} is taken by another program: ${who} listens on ${port}.`);
  return port;
}

async function chosenPort(port: number, variable: string): Promise<number> {
  if (await isPortFree(port)) return port;
  throw new CadenzaError(
    'ServerUnavailable',
    `Port ${port} (${variable}) is taken by another program: set ${variable} to a free port, or unset it to have one chosen.`,
    { field: variable },
  );
}

function reuse(server: TemporalServer, options: ServerOptions): EnsuredServer {
  const elsewhere = options.port !== undefined && options.port !== portOf(server.address);
  if (elsewhere) {
    options.say(
      `The Temporal server runs on ${server.address} already; port ${options.port} counts after \`cadenza down\`.`,
    );
  }
  return { ...server, started: false };
}

/** The same home by whatever path: the command line of its server holds the real one. */
function realHome(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : path.resolve(folder);
}

function isServerOf(home: string, pid: number): boolean {
  return processAlive(pid) && isServerCommand(commandLineOf(pid) ?? '', home);
}

function recordOf(server: ServerProcess, uiPort: number, binary: string): ServerRecord {
  return {
    pid: server.pid,
    address: `${LOOPBACK}:${server.port}`,
    uiUrl: `http://${LOOPBACK}:${uiPort}`,
    startedAt: new Date().toISOString(),
    binary,
  };
}

function readRecord(home: string): ServerRecord | undefined {
  return readStateFile(recordFile(home), recordSchema);
}

function recordFile(home: string): string {
  return path.join(home, 'server.json');
}

function portOf(address: string | undefined): number | undefined {
  const port = Number(/:(\d+)$/.exec(address ?? '')?.[1]);
  return port > 0 && port < 65_536 ? port : undefined;
}
