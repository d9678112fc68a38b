import type { GivenInput, Overlap, Schedule } from '../../client';
import { checkInput } from '../../contracts/check-input.schema';
import { CadenzaError } from '../../contracts/failures';
import { shown } from '../../contracts/nearest-name';
import { EXIT } from '../../contracts/run';
import { readCron } from '../../core/cron';
import { shellWord } from '../../core/shell-word';
import { runningEnvelope } from '../attend-run';
import { readInputFile } from '../input-file';
import { cleanLine } from '../render/clean-text';
import { widthOf, wrapped } from '../render/layout';
import { patternNamed } from '../pattern-named';
import type { Session, SessionOptions } from '../session';
import { openExisting, openSession } from '../session';
import { COMMAND } from '../command-name';
import type { Terminal } from '../terminal';
import { withBudget } from '../with-budget';

export type ScheduleRunOptions = {
  input: string;
  schedule: string;
  timeZone?: string;
  overlap?: string;
  id?: string;
  models?: string;
  budget?: string;
  json?: boolean;
};
export type ScheduleCommandOptions = { json?: boolean; note?: string };

/** `cadenza run <pattern> --schedule <cron>`: creates a schedule and shows when it will run. */
export async function scheduleRun(terminal: Terminal, name: string, options: ScheduleRunOptions): Promise<number> {
  const { id, models, timeZone, overlap, schedule: cron, json = false } = options;
  const pattern = patternNamed(name);
  readCron(cron);
  const given = withBudget(await readInputFile(options.input), options.budget);
  // Before a server is started for it; the client checks again, and each run does.
  checkInput(pattern, given);
  const session = await openSession(terminal, { worker: 'exact', models });
  try {
    const created = await session.cadenza.schedules.create(pattern, given as GivenInput<typeof pattern>, {
      cron,
      ...(id === undefined ? {} : { id }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(overlap === undefined ? {} : { overlap: overlap as Overlap }),
    });
    if (json) terminal.printJson(created);
    else terminal.print([cleanLine(created.scheduleId), ...created.nextTimes.map((time) => `  ${time}`)]);
    const many = created.nextTimes.length;
    terminal.say(
      `Scheduled${json ? '' : `; above are its id and the next ${many === 1 ? 'time' : `${many} times`} it runs`}: \`${COMMAND} schedules\` lists what is scheduled.`,
    );
    if (session.kind === 'embedded') {
      terminal.say(
        `It runs only while this server and worker run: they stay in the background until \`${COMMAND} down\`, and a time that passes while they are down is made up for within ${created.catchUpSeconds} seconds or not at all.`,
      );
    }
    return EXIT.ok;
  } finally {
    await session.close();
  }
}

/** `cadenza schedules`: what is scheduled, when it runs next, and how it ended last. */
export async function listSchedules(terminal: Terminal, { json = false }: ScheduleCommandOptions): Promise<number> {
  const session = await openExisting(terminal, { worker: 'none' });
  try {
    const found = (await session?.cadenza.schedules.list()) ?? { schedules: [] };
    if (json) terminal.printJson(found);
    else if (found.schedules.length > 0) terminal.print(found.schedules.flatMap((one) => scheduleLines(one, terminal)));
    else {
      terminal.say(`Nothing is scheduled: \`${COMMAND} run PATTERN -i FILE --schedule "0 6 * * *"\` does that.`);
    }
    return EXIT.ok;
  } finally {
    await session?.close();
  }
}

/** `cadenza schedules pause <id>`: nothing new starts; a run that goes on is left alone. */
export function pauseSchedule(terminal: Terminal, id: string, options: ScheduleCommandOptions): Promise<number> {
  return change(terminal, id, options, async ({ cadenza: { schedules } }) => {
    await schedules.pause(id, options.note);
    terminal.say(`Paused: it starts nothing until \`${COMMAND} schedules resume ${shellWord(id)}\`.`);
    return schedules.find(id);
  });
}

/** `cadenza schedules resume <id>` */
export function resumeSchedule(terminal: Terminal, id: string, options: ScheduleCommandOptions): Promise<number> {
  return change(terminal, id, options, async ({ cadenza: { schedules } }) => {
    await schedules.resume(id);
    const found = await schedules.find(id);
    terminal.say(`Resumed: it runs next at ${found.nextTimes[0] ?? 'no time'}.`);
    return found;
  });
}

/** `cadenza schedules delete <id>`: the runs that it started stay. */
export function deleteSchedule(terminal: Terminal, id: string, options: ScheduleCommandOptions): Promise<number> {
  return change(terminal, id, options, async ({ cadenza: { schedules } }) => {
    await schedules.delete(id);
    terminal.say('Deleted: the runs that it started stay.');
    return { scheduleId: id, deleted: true };
  });
}

/** `cadenza schedules trigger <id>`: starts a run now, and shows its envelope. */
export function triggerSchedule(terminal: Terminal, id: string, options: ScheduleCommandOptions): Promise<number> {
  return change(
    terminal,
    id,
    options,
    async ({ cadenza: { schedules } }) => {
      const handle = await schedules.trigger(id);
      if (!options.json) terminal.print([handle.workflowId]);
      terminal.say(`Started: \`${COMMAND} watch ${shellWord(handle.workflowId)}\` follows it.`);
      return runningEnvelope(handle);
    },
    'any',
  );
}

/** Does one thing to a schedule; with `json` prints what came of it. @throws CadenzaError `ScheduleNotFound` */
async function change(
  terminal: Terminal,
  id: string,
  { json = false }: ScheduleCommandOptions,
  work: (session: Session) => Promise<object>,
  worker: SessionOptions['worker'] = 'none',
): Promise<number> {
  const session = await openExisting(terminal, { worker });
  if (!session) throw notFound(id);
  try {
    const outcome = await work(session).catch((error: unknown) => {
      throw error instanceof CadenzaError && error.type === 'ScheduleNotFound' ? notFound(id) : error;
    });
    if (json) terminal.printJson(outcome);
    return EXIT.ok;
  } finally {
    await session.close();
  }
}

function notFound(id: string): CadenzaError {
  const message = `no schedule has the id "${shown(id)}"; \`${COMMAND} schedules\` shows what is scheduled`;
  return new CadenzaError('ScheduleNotFound', message, { field: 'id' });
}

/** Lines of a schedule; its id, and that of its last run, stand alone and whole: they are what people copy. */
export function scheduleLines(
  { scheduleId, pattern, cron, timeZone, paused, note, nextTimes, lastRun }: Schedule,
  { columns, resultPaint: paint }: Pick<Terminal, 'columns' | 'resultPaint'>,
): string[] {
  const when = `${cron === null ? 'not made by Cadenza' : cleanLine(cron)} (${cleanLine(timeZone)})`;
  const next = paused
    ? `paused${note === undefined ? '' : ` (${cleanLine(note)})`}`
    : `next ${nextTimes[0] ?? 'never'}`;
  return [
    paint.bold(cleanLine(scheduleId)),
    ...wrapped(`${pattern}, ${when}, ${next}`, columns, 4, '  '),
    ...(lastRun ? lastLines(lastRun, columns) : []),
  ];
}

function lastLines({ status, workflowId }: NonNullable<Schedule['lastRun']>, columns: number): string[] {
  const label = `  last ${status.replace('_', ' ')}:`;
  const id = cleanLine(workflowId);
  const line = `${label} ${id}`;
  return widthOf(line) <= columns ? [line] : [label, `  ${id}`];
}
