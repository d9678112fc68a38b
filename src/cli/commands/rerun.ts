import type { GivenInput } from '../../client';
import type { JsonValue } from '../../contracts/json';
import { EXIT } from '../../contracts/run';
import { shellWord } from '../../core/shell-word';
import { attendRun, runningEnvelope } from '../attend-run';
import { checkId } from '../check-id';
import { readInputFile } from '../input-file';
import { COMMAND } from '../command-name';
import type { Terminal } from '../terminal';
import { withRun } from '../with-run';

export type RerunCommandOptions = {
  from: string;
  input?: string;
  model?: string;
  id?: string;
  detach?: boolean;
  json?: boolean;
};

/** `cadenza rerun <id> --from <step>`: a new run that keeps what does not depend on the step. Returns the exit status. */
export async function rerun(terminal: Terminal, oldId: string, options: RerunCommandOptions): Promise<number> {
  const { from, input: file, model, id, detach = false, json = false } = options;
  if (id !== undefined) checkId(id);
  const input = file === undefined ? undefined : ((await readInputFile(file)) as GivenInput<'pipeline'>['input']);
  return withRun(terminal, oldId, 'exact', async (session, old) => {
    const handle = await session.cadenza.rerun(old.workflowId, {
      from,
      ...(input === undefined ? {} : { input: input as JsonValue }),
      ...(model === undefined ? {} : { model }),
      ...(id === undefined ? {} : { id }),
    });
    if (detach) {
      if (json) terminal.printJson(runningEnvelope(handle));
      else terminal.print([handle.workflowId]);
      terminal.say(`Started: \`${COMMAND} watch ${shellWord(handle.workflowId)}\` follows it.`);
      return EXIT.ok;
    }
    terminal.say(`Started ${handle.workflowId}`);
    return attendRun(session, terminal, { handle, title: handle.workflowId, json });
  });
}
