import { z } from 'zod';
import { PATTERNS } from './names';
import { RUN_STATUSES } from './run';

/** What happens when it is time for a run while the one before still goes on. */
export const OVERLAPS = ['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'allow_all'] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** When a pattern is run, and in which time zone. */
export const scheduleOptionsSchema = z.strictObject({
  /** Five fields as in crontab, or `@hourly`, `@daily` and the like. */
  cron: z.string().min(1).max(1000),
  /** The id of the schedule; its runs are called `<id>-<time>`. Default `<pattern>-<uuid>`. */
  id: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'no control characters')
    .optional(),
  /** An IANA name such as `Europe/Berlin`. */
  timeZone: z.string().min(1).max(100).default('UTC'),
  overlap: z.enum(OVERLAPS).default('skip'),
  /** A time that was missed because the server was down is made up for when it is back within so many seconds. */
  catchUpSeconds: z.int().min(10).max(31_536_000).default(600),
});
export type ScheduleOptions = z.input<typeof scheduleOptionsSchema>;

/** One schedule as commands and client show it. Times are ISO 8601 in UTC. */
export const scheduleSchema = z.strictObject({
  scheduleId: z.string(),
  pattern: z.enum(PATTERNS),
  /** Null for a schedule that was not made by Cadenza. */
  cron: z.string().nullable(),
  timeZone: z.string(),
  overlap: z.string(),
  catchUpSeconds: z.number(),
  paused: z.boolean(),
  note: z.string().optional(),
  /** The next five at most. A paused schedule has them too: they pass. */
  nextTimes: z.array(z.string()),
  lastRun: z
    .strictObject({ workflowId: z.string(), runId: z.string(), status: z.enum(RUN_STATUSES), startedAt: z.string() })
    .optional(),
});
export type Schedule = z.infer<typeof scheduleSchema>;

export const scheduleListSchema = z.strictObject({ schedules: z.array(scheduleSchema) });
export type ScheduleList = z.infer<typeof scheduleListSchema>;
