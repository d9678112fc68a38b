import { stat } from 'node:fs/promises';
import path from 'node:path';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import type { ScheduleList } from '../../src/contracts/schedule.schema';
import { scheduleListSchema, scheduleSchema } from '../../src/contracts/schedule.schema';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';

const EMAIL = path.resolve(__dirname, '..', '..', 'examples', 'documents', 'email.txt');
const given = { input: JSON.stringify({ definition: 'document_analysis', input: { file: EMAIL } }) };
const RUN = ['run', 'pipeline', '-i', '-'];

let cli: Cli;

jest.setTimeout(120_000);
beforeAll(async () => {
  cli = await createCli();
});
afterAll(() => cli.close());

const errorOf = async (args: readonly string[]) => {
  const { code, json } = await cli.run([...args, '--json'], given);
  expect(code).toBe(2);
  return envelopeSchema.parse(json()).error;
};

it('has nothing to list where nothing has run, and refuses a wrong line before anything is started', async () => {
  const listed = await cli.run(['schedules', '--json']);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(scheduleListSchema.parse(listed.json())).toEqual({ schedules: [] });
  expect(await errorOf(['schedules', 'pause', 'nothing'])).toMatchObject({ type: 'ScheduleNotFound', field: 'id' });
  expect(await errorOf([...RUN, '--schedule', '0 6 * *'])).toMatchObject({ type: 'InvalidInput', field: 'cron' });
  expect(await errorOf([...RUN, '--time-zone', 'UTC'])).toMatchObject({ field: 'time-zone' });
  await expect(stat(cli.home)).rejects.toThrow();
});

it('schedules a pattern, triggers, lists, pauses, resumes and deletes it, each with one JSON document', async () => {
  const scheduled = await cli.run(
    [...RUN, '--schedule', '30 6 * * MON-FRI', '--time-zone', 'Asia/Tokyo', '--id', 'mail', '--json'],
    given,
  );
  expect(scheduled.code).toBe(0);
  const created = scheduleSchema.parse(scheduled.json());
  expect(created).toMatchObject({ scheduleId: 'mail', pattern: 'pipeline', cron: '30 6 * * MON-FRI', paused: false });
  expect(created.nextTimes.map((time) => time.slice(11, 16))).toEqual(Array(5).fill('21:30'));
  expect(scheduled.stderr).toContain('runs only while this server and worker run');
  expect(await errorOf([...RUN, '--schedule', '@daily', '--id', 'mail'])).toMatchObject({ type: 'ScheduleExists' });

  const triggered = await cli.run(['schedules', 'trigger', 'mail', '--json']);
  const { workflowId } = envelopeSchema.parse(triggered.json());
  expect(workflowId).toMatch(/^mail-\d{4}-/);
  const result = await cli.run(['result', workflowId ?? '', '--json']);
  expect(envelopeSchema.parse(result.json())).toMatchObject({ status: 'completed' });

  const listed = await cli.run(['schedules', '--json']);
  expect(scheduleListSchema.parse(listed.json()).schedules).toMatchObject([
    { scheduleId: 'mail', lastRun: { workflowId, status: 'completed' } },
  ]);
  const paused = await cli.run(['schedules', 'pause', 'mail', '--note', 'holiday', '--json']);
  expect(scheduleSchema.parse(paused.json())).toMatchObject({ paused: true, note: 'holiday' });
  const people = await cli.run(['schedules']);
  expect(people.stdout).toContain(
    `mail\n  pipeline, 30 6 * * MON-FRI (Asia/Tokyo), paused (holiday)\n  last completed: ${workflowId}`,
  );
  const resumed = await cli.run(['schedules', '--json', 'resume', 'mail']);
  expect(scheduleSchema.parse(resumed.json())).toMatchObject({ paused: false });
  const deleted = await cli.run(['schedules', 'delete', 'mail', '--json']);
  expect(deleted.json()).toEqual({ scheduleId: 'mail', deleted: true });
  expect((await cli.run(['schedules', '--json'])).json<ScheduleList>().schedules).toEqual([]);
});

it('shows people the id and the next times on stdout', async () => {
  const { code, stdout } = await cli.run([...RUN, '--schedule', '@hourly'], given);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^pipeline-[0-9a-f-]{36}\n(  \d{4}-\d\d-\d\dT\d\d:00:00\.000Z\n){5}$/);
});
