import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { GivenInput, ScheduleOptions } from '../../src/client';
import { scheduleListSchema, scheduleSchema } from '../../src/contracts/schedule.schema';
import type { Handlers } from '../../src/handlers/handler';
import { useServedWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

const echo: GivenInput<'pipeline'> = { steps: [{ name: 'a', handler: 'echo', inputs: { given: 'input' } }], input: 7 };
const handlers: Handlers = { echo: (inputs) => inputs };

const world = useServedWorld({ handlers });

const create = (options: Partial<ScheduleOptions> = {}, input = echo) =>
  world.cadenza.schedules.create('pipeline', input, { cron: '0 6 * * *', ...options });
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error('was not refused');
    },
    ({ type, message, field }: { type: string; message: string; field?: string }) => ({ type, message, field }),
  );
const hours = (times: string[]) => times.map((time) => time.slice(11));

describe('create', () => {
  test('gives an id, says when it will run, in UTC, and keeps to what is safe', async () => {
    const created = await create();
    expect(scheduleSchema.parse(created)).toMatchObject({
      scheduleId: expect.stringMatching(/^pipeline-[0-9a-f-]{36}$/),
      pattern: 'pipeline',
      cron: '0 6 * * *',
      timeZone: 'UTC',
      overlap: 'skip',
      catchUpSeconds: 600,
      paused: false,
    });
    expect(hours(created.nextTimes)).toEqual(Array(5).fill('06:00:00.000Z'));
  });

  test('takes a time zone and an overlap policy', async () => {
    const created = await create({ timeZone: 'Asia/Tokyo', overlap: 'buffer_one', catchUpSeconds: 60 });
    expect(created).toMatchObject({ timeZone: 'Asia/Tokyo', overlap: 'buffer_one', catchUpSeconds: 60 });
    expect(hours(created.nextTimes)).toEqual(Array(5).fill('21:00:00.000Z'));
  });

  test('runs on either day where a line limits both, and on Sunday as day 7', async () => {
    const { nextTimes } = await create({ cron: '0 0 * * 7' });
    expect(nextTimes.map((time) => new Date(time).getUTCDay())).toEqual([0, 0, 0, 0, 0]);
    const either = await create({ cron: '0 0 1,15 * 7' });
    const days = either.nextTimes.map((time) => new Date(time));
    for (const day of days) expect(day.getUTCDay() === 0 || [1, 15].includes(day.getUTCDate())).toBe(true);
    // Were it both, months would lie between them.
    const gaps = days.slice(1).map((day, index) => (day.getTime() - (days[index] as Date).getTime()) / 86_400_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(7);
  });

  test.each<[string, Partial<ScheduleOptions>, string, string]>([
    ['a wrong cron line', { cron: '0 25 * * *' }, 'cron', 'hour "25": expected 0 to 23'],
    ['a time that never comes', { cron: '0 0 31 2 *' }, 'cron', 'names a time that never comes'],
    ['an unknown time zone', { timeZone: 'Europe/Berlim' }, 'timeZone', 'did you mean "Europe/Berlin"?'],
    ['an offset for a time zone', { timeZone: '+02:00' }, 'timeZone', 'such as Europe/Berlin'],
    ['an unknown overlap policy', { overlap: 'skipp' as 'skip' }, 'overlap', 'did you mean "skip"?'],
    ['an unknown field', { timezone: 'UTC' } as object, '', 'did you mean "timeZone"?'],
  ])('refuses %s, and leaves nothing behind', async (_case, options, field, message) => {
    const refused = await refusal(create({ id: 'refused', ...options }));
    expect(refused).toMatchObject({ type: 'InvalidInput', message: expect.stringContaining(message) });
    expect(refused.field ?? '').toBe(field);
    await expect(world.cadenza.schedules.find('refused')).rejects.toMatchObject({ type: 'ScheduleNotFound' });
  });

  test('refuses a wrong input before anything is scheduled', async () => {
    const refused = await refusal(create({ id: 'wrong' }, { steps: [] }));
    expect(refused).toMatchObject({ type: 'InvalidInput', field: 'steps' });
    await expect(world.cadenza.schedules.find('wrong')).rejects.toMatchObject({ type: 'ScheduleNotFound' });
  });

  test('refuses an id that is in use', async () => {
    await create({ id: 'twice' });
    expect(await refusal(create({ id: 'twice' }))).toEqual({
      type: 'ScheduleExists',
      message: 'a schedule with the id "twice" is there already',
      field: 'id',
    });
  });
});

describe('a schedule', () => {
  test('that is triggered starts a run, which completes, and the list shows it', async () => {
    await create({ id: 'daily' });
    const handle = await world.cadenza.schedules.trigger('daily');
    expect(handle.workflowId).toMatch(/^daily-\d{4}-/);
    await expect(handle.outcome()).resolves.toMatchObject({
      status: 'completed',
      result: { output: { given: 7 } },
    });
    await listed('daily');
    const { schedules } = scheduleListSchema.parse(await world.cadenza.schedules.list());
    expect(schedules.find(({ scheduleId }) => scheduleId === 'daily')?.lastRun).toMatchObject({
      workflowId: handle.workflowId,
      runId: handle.runId,
      status: 'completed',
    });
  });

  test('reads a document once, when it is made: each run has the same, also after the file has gone', async () => {
    const file = path.join(world.folder, 'note.txt');
    await writeFile(file, 'Meeting minutes of 3 May.');
    const input: GivenInput<'pipeline'> = {
      steps: [{ name: 'text', handler: 'extract_text', inputs: { document: 'input' } }],
      output: 'text.text',
      input: { file },
    };
    await create({ id: 'document' }, input);
    await writeFile(file, 'Something else.');
    const handle = await world.cadenza.schedules.trigger('document');
    await expect(handle.outcome()).resolves.toMatchObject({ result: { output: 'Meeting minutes of 3 May.' } });
    const described = await world.cadenza.temporal.workflow.getHandle(handle.workflowId).describe();
    expect(await described.staticSummary()).toBe('pipeline of note.txt: text');
  });

  test('starts runs by the clock', async () => {
    await create({ id: 'minutely', cron: '* * * * *' });
    // The server's own clock, at a step that a crontab line can not say: nobody waits a minute.
    await world.cadenza.temporal.schedule.getHandle('minutely').update(({ spec, ...kept }) => ({
      ...kept,
      spec: { ...spec, calendars: [{ hour: '*', minute: '*', second: { start: 0, end: 59, step: 5 } }] },
    }));
    const lastRun = async () => (await world.cadenza.schedules.find('minutely')).lastRun;
    await waitUntil(async () => (await lastRun())?.status === 'completed', 20);
    expect((await lastRun())?.startedAt).toMatch(/:\d[05]\.\d{3}Z$/);
    await world.cadenza.schedules.delete('minutely');
  });

  test('is paused with a note and resumed, and refuses both where they make no sense', async () => {
    const { schedules } = world.cadenza;
    await create({ id: 'held' });
    expect(await refusal(schedules.resume('held'))).toMatchObject({
      message: expect.stringContaining('is not paused'),
    });
    await schedules.pause('held', 'the archive moves');
    expect(await schedules.find('held')).toMatchObject({ paused: true, note: 'the archive moves' });
    expect(await refusal(schedules.pause('held'))).toMatchObject({ type: 'InvalidInput', field: 'id' });
    await schedules.resume('held');
    const resumed = await schedules.find('held');
    expect(resumed.paused).toBe(false);
    expect(resumed).not.toHaveProperty('note');
  });

  test('that is deleted is gone, and so is its id', async () => {
    const { schedules } = world.cadenza;
    await create({ id: 'gone' });
    await schedules.delete('gone');
    const notFound = { type: 'ScheduleNotFound', message: 'no schedule has the id "gone"', field: 'id' };
    for (const work of [schedules.delete, schedules.pause, schedules.resume, schedules.trigger, schedules.find]) {
      expect(await refusal(work('gone'))).toEqual(notFound);
    }
    expect((await schedules.list()).schedules.map(({ scheduleId }) => scheduleId)).not.toContain('gone');
    await create({ id: 'gone' });
  });

  test('of something else on the same server is neither listed nor touched', async () => {
    const other = await world.cadenza.temporal.schedule.create({
      scheduleId: 'foreign',
      spec: { intervals: [{ every: '1 day' }] },
      action: { type: 'startWorkflow', workflowType: 'somethingElse', taskQueue: 'elsewhere' },
    });
    expect(await refusal(world.cadenza.schedules.delete('foreign'))).toMatchObject({ type: 'ScheduleNotFound' });
    expect((await other.describe()).scheduleId).toBe('foreign');
    await create({ id: 'own' });
    const { schedules } = await listed('own');
    expect(schedules.map(({ scheduleId }) => scheduleId)).not.toContain('foreign');
  });
});

/** The server's list lags behind. */
async function listed(id: string) {
  const list = () => world.cadenza.schedules.list();
  await waitUntil(async () => (await list()).schedules.some(({ scheduleId }) => scheduleId === id), 10);
  return list();
}
