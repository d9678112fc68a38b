import type { GivenInput } from '../../client';
import { checkGiven } from '../../client/check-given';
import { CadenzaError } from '../../contracts/failures';
import type { Pattern } from '../../contracts/names';
import { EXIT } from '../../contracts/run';
import { shellWord } from '../../core/shell-word';
import { attendRun, runningEnvelope } from '../attend-run';
import { checkId } from '../check-id';
import { readInputFile } from '../input-file';

import { patternNamed } from '../pattern-named';
import { openSession } from '../session';
import { COMMAND } from '../command-name';
import type { Terminal } from '../terminal';
import { withBudget } from '../with-budget';
import { scheduleRun } from './schedules';

export type RunOptions = {
  input: string;
  id?: string;
  models?: string;
  budget?: string;
  detach?: boolean;
  json?: boolean;
  schedule?: string;
  timeZone?: string;
  overlap?: string;
};

/** `cadenza run <pattern>`: starts one run and follows it, or schedules runs. Returns the exit status. */
export async function run(terminal: Terminal, name: string, options: RunOptions): Promise<number> {
  const { id, models, detach = false, json = false, schedule } = options;
  if (schedule !== undefined) return scheduleRun(terminal, name, { ...options, schedule });
  for (const [field, value] of Object.entries({ 'time-zone': options.timeZone, overlap: options.overlap })) {
    if (value === undefined) continue;
    throw new CadenzaError('InvalidInput', `--${field} belongs to --schedule`, { field });
  }
  const pattern = patternNamed(name);
  if (id !== undefined) checkId(id);
  const given = withBudget(await readInputFile(options.input), options.budget);
  // Before a server is started for it; the client and the run itself check again.
  checkGiven(pattern, given);
  const session = await openSession(terminal, { worker: 'exact', models });
  try {
    const input = given as GivenInput<Pattern>;
    const handle = await session.cadenza.start(pattern, input, id === undefined ? {} : { id });
    if (session.models !== undefined) terminal.say(session.models);
    if (detach) {
      if (json) terminal.printJson(runningEnvelope(handle));
      else terminal.print([handle.workflowId]);
      terminal.say(`Started: \`${COMMAND} watch ${shellWord(handle.workflowId)}\` follows it.`);
      return EXIT.ok;
    }
    terminal.say(`Started ${handle.workflowId}`);
    return await attendRun(session, terminal, {
      handle,
      title: ('definition' in input ? input.definition : undefined) ?? handle.workflowId,
      json,
    });
  } finally {
    await session.close();
  }
}
