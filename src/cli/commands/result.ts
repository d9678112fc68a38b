import { EXIT } from '../../contracts/run';
import { attendRun, runningEnvelope } from '../attend-run';
import { COMMAND } from '../show-run';
import type { Terminal } from '../terminal';
import { withRun } from '../with-run';

export type ResultOptions = { wait: boolean; json?: boolean };

/** `cadenza result <id>`: waits for the end of a run and shows its result. Returns the exit status. */
export function result(terminal: Terminal, id: string, { wait, json = false }: ResultOptions): Promise<number> {
  return withRun(terminal, id, 'none', async (session, handle) => {
    const status = await handle.status();
    if (status === 'running' || status === 'paused') {
      if (!wait) {
        if (json) terminal.printJson({ ...runningEnvelope(handle), status });
        else terminal.print([`${status}: ${COMMAND} watch ${id}`]);
        return EXIT.ok;
      }
      terminal.say(`The run goes on; waiting for its end (\`${COMMAND} watch ${id}\` shows its steps).`);
      await session.tend();
    }
    return attendRun(session, terminal, { handle, title: id, json, quiet: true });
  });
}
