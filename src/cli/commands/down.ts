import { readEnvironment } from '../../config/environment';
import { EXIT } from '../../contracts/run';
import { stopWorker } from '../../embedded/background-worker';
import { recordDown } from '../../embedded/down-record';
import { forgetHandlers } from '../../embedded/kept-handlers';
import { stopTemporalServer } from '../../embedded/temporal-server';
import type { Terminal } from '../terminal';

/** `cadenza down`: ends the Worker, then the server of this home. Runs go on where they were at the next start. */
export async function down(
  terminal: Terminal,
  { json = false, forgetHandlers: forget = false }: { json?: boolean; forgetHandlers?: boolean },
): Promise<number> {
  const { home } = readEnvironment();
  if (forget) forgetHandlers(home);
  recordDown(home);
  const worker = await stopWorker(home, terminal.say);
  const server = await stopTemporalServer(home);
  const ended = [...(worker ? [`the worker (process ${worker.pid})`] : []), ...(server ? ['the Temporal server'] : [])];
  if (json) terminal.printJson({ worker: worker !== undefined, server });
  else if (ended.length === 0) terminal.say(`Nothing runs in ${home}.`);
  else terminal.say(`Ended ${ended.join(' and ')} of ${home}. Runs that were in progress go on at the next start.`);
  return EXIT.ok;
}
