import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Cadenza } from '../../src/client';
import { connectCadenza } from '../../src/client';
import { readEnvironment } from '../../src/config/environment';
import { anyFreePort } from '../../src/embedded/free-port';
import { ensureTemporalServer, stopTemporalServer } from '../../src/embedded/temporal-server';
import type { RecordedRequest, ScriptedAnswer, ScriptedModelServer } from './scripted-model-server';
import { startScriptedModelServer } from './scripted-model-server';
import type { WorkerProcess } from './spawn-worker';
import { spawnWorker } from './spawn-worker';

/** A server of its own that can be killed, Workers in processes of their own, and a scripted model that takes its time. */
export type CrashWorld = {
  home: string;
  models: ScriptedModelServer;
  cadenza: Cadenza;
  startWorker(): Promise<void>;
  /** SIGKILL to the Worker that was started last. */
  killWorker(): Promise<void>;
  /** SIGKILL to the server, and another one in its place: after what is to happen while there is none. */
  killServer(meanwhile?: () => Promise<void>): Promise<void>;
  /** How many answers are on disk. */
  journalledAnswers(): Promise<number>;
  /**
   * From here on no answer is sent, or none to the requests that are named, until what this returns is called, so that a
   * kill can not coincide with one. Called again before that, it holds what comes from then on.
   */
  holdAnswers(which?: (request: RecordedRequest) => boolean): () => void;
  close(): Promise<void>;
};

/** Call it with the milliseconds that an answer of the model takes, and what it is. End it with `close`. */
export async function createCrashWorld(answerMs: number, answer?: ScriptedAnswer): Promise<CrashWorld> {
  const home = await mkdtemp(path.join(tmpdir(), 'cadenza-crash-'));
  let held: { which: (request: RecordedRequest) => boolean; until: Promise<void> } | undefined;
  const models = await startScriptedModelServer({
    async answer(request, index) {
      await (held?.which(request) ? held.until : sleep(answerMs));
      return answer?.(request, index);
    },
  });
  const ports = { port: await anyFreePort(), uiPort: await anyFreePort() };
  const cacheDir = readEnvironment().cache;
  const startServer = () => ensureTemporalServer({ home, cacheDir, ...ports, detached: true, say: () => undefined });
  let server = await startServer();
  const registry = path.join(home, 'models.yaml');
  await writeFile(
    registry,
    stringify({
      providers: { scripted: { type: 'openai', baseUrl: models.url } },
      models: { gpt: { provider: 'scripted', model: 'gpt-test', price: { input: 2, output: 8 } } },
      tasks: { default: 'gpt' },
    }),
  );
  const variables = { CADENZA_HOME: home, CADENZA_MODELS: registry, TEMPORAL_ADDRESS: server.address };
  const cadenza = await connectCadenza({ environment: readEnvironment(variables) });
  const workers: WorkerProcess[] = [];
  return {
    home,
    models,
    cadenza,
    startWorker: async () => void workers.push(await spawnWorker(variables)),
    killWorker: async () => workers.pop()?.kill(),
    async killServer(meanwhile) {
      process.kill(server.pid, 'SIGKILL');
      await sleep(500);
      await meanwhile?.();
      server = await startServer();
    },
    async journalledAnswers() {
      const files = await readdir(home, { recursive: true });
      return files.filter((file) => /[/\\]journal[/\\].*\.json$/.test(file)).length;
    },
    holdAnswers(which = () => true) {
      let letGo: () => void = () => undefined;
      const mine = { which, until: new Promise<void>((resolve) => (letGo = resolve)) };
      held = mine;
      return () => {
        if (held === mine) held = undefined;
        letGo();
      };
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.kill().catch(() => undefined)));
      await cadenza.close();
      await stopTemporalServer(home);
      await models.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** How often the answer to each distinct request was fully sent. */
export function answersByRequest(requests: readonly RecordedRequest[]): number[] {
  const counts = new Map<string, number>();
  for (const { body, outcome } of requests) {
    if (outcome === 'answered') counts.set(JSON.stringify(body), (counts.get(JSON.stringify(body)) ?? 0) + 1);
  }
  return [...counts.values()];
}
