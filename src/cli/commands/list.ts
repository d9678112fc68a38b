import type { RunList } from '../../client';
import { CadenzaError } from '../../contracts/failures';
import { EXIT } from '../../contracts/run';
import { cleanLine } from '../render/clean-text';
import { column } from '../render/layout';
import { shownAge, shownMoney } from '../render/numbers';
import type { Paint } from '../render/paint';
import { runMark } from '../render/paint';
import { openExisting } from '../session';
import { COMMAND } from '../show-run';
import type { Terminal } from '../terminal';

const MOST = 1000;

/** `cadenza list`: the newest runs first. */
export async function list(terminal: Terminal, options: { limit: string; json?: boolean }): Promise<number> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw new CadenzaError(
      'InvalidInput',
      `--limit takes a number from 1 to ${MOST}, got "${cleanLine(options.limit)}"`,
      {
        field: 'limit',
      },
    );
  }
  const session = await openExisting(terminal, { worker: 'none' });
  try {
    const found = (await session?.cadenza.list({ limit })) ?? { runs: [] };
    if (options.json) terminal.printJson(found);
    else if (found.runs.length > 0) terminal.print(listLines(found, terminal.resultPaint, Date.now()));
    else terminal.say(`No runs yet: \`${COMMAND} analyze FILE\` starts one.`);
    return EXIT.ok;
  } finally {
    await session?.close();
  }
}

/** A line a run. The id comes last and whole: it is what people copy. */
export function listLines({ runs }: RunList, paint: Paint, now: number): string[] {
  return runs.map(
    ({ status, startedAt, costUsd, workflowId }) =>
      `${runMark(status, paint)} ${column(status.replace('_', ' '), 10)} ${column(shownAge(startedAt, now), 11)} ` +
      `${column(shownMoney(costUsd), 9, 'right')} ${cleanLine(workflowId)}`,
  );
}
