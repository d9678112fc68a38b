import { scheduleLines } from '../../../src/cli/commands/schedules';
import { widthOf } from '../../../src/cli/render/layout';
import { PLAIN } from '../../../src/cli/render/paint';

const schedule = {
  scheduleId: 'mail',
  pattern: 'pipeline',
  cron: '30 6 * * MON-FRI',
  timeZone: 'Asia/Tokyo',
  overlap: 'skip',
  catchUpSeconds: 600,
  paused: true,
  note: '祝日なので休みます\u001b[2J\u202e',
  nextTimes: [],
  lastRun: { workflowId: 'mail-2026-11-27T21:30:00Z', runId: 'r', status: 'timed_out', startedAt: '' },
} as const;

test.each([79, 39])('a schedule fits %i columns, with the id of its last run whole', (columns) => {
  const lines = scheduleLines({ ...schedule, nextTimes: [] }, { columns, resultPaint: PLAIN });
  expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
  expect(lines.join('\n')).not.toMatch(/[\u001b\u202e]/);
  const last = columns === 79 ? '  last timed out: mail-' : '  last timed out:\n  mail-';
  expect(lines.join('\n')).toContain(`${last}2026-11-27T21:30:00Z`);
});
