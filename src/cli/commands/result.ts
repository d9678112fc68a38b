import type { Envelope } from '../../client';
import { CadenzaError } from '../../contracts/failures';
import { EXIT } from '../../contracts/run';
import { shellWord } from '../../core/shell-word';
import { attendRun, runningEnvelope } from '../attend-run';
import { COMMAND } from '../command-name';
import type { Terminal } from '../terminal';
import { checkOutputFile, writeItems } from '../item-files';
import { withRun } from '../with-run';

export type ResultOptions = { wait: boolean; json?: boolean; output?: string };

/** `cadenza result <id>`: waits for the end of a run and shows its result. Returns the exit status. */
export async function result(terminal: Terminal, id: string, options: ResultOptions): Promise<number> {
  const { wait, json = false, output } = options;
  if (output !== undefined) await checkOutputFile(output);
  return withRun(terminal, id, 'none', async (session, handle) => {
    if (output !== undefined && handle.pattern !== 'batch') {
      throw new CadenzaError('InvalidInput', `--output is for a batch; this run is a ${handle.pattern}`, {
        field: 'output',
      });
    }
    const status = await handle.status();
    if (status === 'running' || status === 'paused') {
      if (!wait) {
        if (json) terminal.printJson({ ...runningEnvelope(handle), status });
        else terminal.print([`${status}: ${COMMAND} watch ${shellWord(id)}`]);
        return EXIT.ok;
      }
      terminal.say(`The run goes on; waiting for its end (\`${COMMAND} watch ${shellWord(id)}\` shows its steps).`);
      await session.tend();
    }
    const onEnded =
      output === undefined ? {} : { onEnded: (envelope: Envelope) => writeItems(session, terminal, output, envelope) };
    return attendRun(session, terminal, { handle, title: id, json, quiet: true, ...onEnded });
  });
}
