import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readEnvironment } from '../config/environment';
import { anyFreePort } from './free-port';
import { ensureTemporalServer, stopTemporalServer } from './temporal-server';

/** A Temporal server away from everything else on this machine: for benches, recorders and pictures. */
export type OwnServer = {
  /** A folder of its own, which may hold what goes with it; removed by `close`. */
  readonly home: string;
  readonly address: string;
  readonly uiUrl: string;
  close(): Promise<void>;
};

/** Starts one with a home and ports of its own; `settings` are dynamic configuration. @throws as `ensureTemporalServer` */
export async function startOwnServer({
  name,
  settings = [],
}: {
  name: string;
  settings?: readonly string[];
}): Promise<OwnServer> {
  const home = await mkdtemp(path.join(tmpdir(), `cadenza-${name}-`));
  const { address, uiUrl } = await ensureTemporalServer({
    home,
    cacheDir: readEnvironment().cache,
    port: await anyFreePort(),
    uiPort: await anyFreePort(),
    detached: true,
    settings: [...settings],
    say: (message) => console.error(message),
  });
  return {
    home,
    address,
    uiUrl,
    async close() {
      await stopTemporalServer(home);
      await rm(home, { recursive: true, force: true });
    },
  };
}
