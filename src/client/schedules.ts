import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ScheduleDescription, ScheduleHandle, ScheduleOverlapPolicy } from '@temporalio/client';
import { ScheduleAlreadyRunning, ScheduleNotFoundError, WorkflowNotFoundError } from '@temporalio/client';
import type { GivenInput } from '../contracts/check-input.schema';
import { check } from '../contracts/check-input.schema';
import { CadenzaError } from '../contracts/failures';
import type { Pattern } from '../contracts/names';
import { MEMO_OUTCOME, PATTERNS, TASK_QUEUE, workflowIdFor } from '../contracts/names';
import { nearestName, shown } from '../contracts/nearest-name';
import type { Overlap, Schedule, ScheduleList, ScheduleOptions } from '../contracts/schedule.schema';
import { scheduleOptionsSchema } from '../contracts/schedule.schema';
import { readCron } from '../core/cron';
import type { ContentStore } from '../store/content-store';
import { prepareInput } from './prepare-input';
import type { RunHandle } from './run-handle';
import { createRunHandle, statusOf } from './run-handle';
import { runSummary } from './run-summary';

const NEXT_TIMES = 5;
const DESCRIBED_AT_ONCE = 20;
const TRIGGER_SECONDS = 10;

/** Runs that start by the clock. Every call may also throw CadenzaError `ServerUnavailable`. */
export type Schedules = {
  /**
   * Checks and prepares the input now, documents stored once, and starts a run of it at every time that the cron line
   * names. @throws CadenzaError `InvalidInput`, `ScheduleExists`, and what `start` throws about an input
   */
  create<P extends Pattern>(pattern: P, input: GivenInput<P>, options: ScheduleOptions): Promise<Schedule>;
  /** @throws CadenzaError `ScheduleNotFound`, as all that take an id */
  find(id: string): Promise<Schedule>;
  /** All of them, by id. */
  list(): Promise<ScheduleList>;
  /** Starts nothing until `resume`; a run that goes on is left alone. @throws CadenzaError `InvalidInput` */
  pause(id: string, note?: string): Promise<void>;
  /** Times that passed in between are not made up for. @throws CadenzaError `InvalidInput` */
  resume(id: string): Promise<void>;
  /** Runs that it started stay. */
  delete(id: string): Promise<void>;
  /** Starts a run now, paused or not, whatever else of it runs. */
  trigger(id: string): Promise<RunHandle>;
};

/** The schedules of one namespace. */
export function createSchedules(client: Client, store: ContentStore): Schedules {
  const withSchedule = async <T>(
    id: string,
    work: (handle: ScheduleHandle, found: ScheduleDescription) => Promise<T>,
  ): Promise<T> => {
    const handle = client.schedule.getHandle(id);
    try {
      const found = await handle.describe();
      if (patternOf(found)) return await work(handle, found);
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
    throw new CadenzaError('ScheduleNotFound', `no schedule has the id "${shown(id)}"`, { field: 'id' });
  };

  const find = (id: string) => withSchedule(id, (_handle, found) => shownSchedule(client, found));

  return {
    find,
    async create(pattern, given, options) {
      const { cron, id, timeZone, overlap, catchUpSeconds } = check(scheduleOptionsSchema, options, 'schedule');
      const cronExpressions = readCron(cron);
      checkTimeZone(timeZone);
      const input = await prepareInput(pattern, given, store, client.options.namespace);
      const scheduleId = id ?? workflowIdFor(pattern, randomUUID());
      const handle = await client.schedule
        .create({
          scheduleId,
          spec: { cronExpressions, timezone: timeZone },
          action: {
            type: 'startWorkflow',
            workflowType: pattern,
            taskQueue: TASK_QUEUE,
            workflowId: scheduleId,
            args: [input],
            staticSummary: runSummary(pattern, input),
          },
          policies: { overlap: policyOf(overlap), catchupWindow: catchUpSeconds * 1000 },
          memo: { [MEMO_OUTCOME]: { cron: cron.trim() } },
        })
        .catch((error: unknown) => {
          throw refusalOf(error, scheduleId);
        });
      const created = await find(scheduleId);
      if (created.nextTimes.length > 0) return created;
      await handle.delete();
      throw wrongCron(`"${shown(cron)}" names a time that never comes`);
    },
    async list() {
      const ids: string[] = [];
      for await (const { scheduleId } of client.schedule.list()) ids.push(scheduleId);
      const schedules: Schedule[] = [];
      for (let start = 0; start < ids.length; start += DESCRIBED_AT_ONCE) {
        // The list lags behind: what it says of a schedule may be old, and a schedule may be gone.
        const found = ids.slice(start, start + DESCRIBED_AT_ONCE).map((id) => find(id).catch(unlessGone));
        schedules.push(...(await Promise.all(found)).filter((schedule) => schedule !== undefined));
      }
      return { schedules: schedules.sort((one, other) => (one.scheduleId < other.scheduleId ? -1 : 1)) };
    },
    pause: (id, note = 'paused by a person') =>
      withSchedule(id, async (handle, { state }) => {
        if (state.paused) throw wrongState(id, 'is paused already');
        await handle.pause(note);
      }),
    resume: (id) =>
      withSchedule(id, async (handle, { state }) => {
        if (!state.paused) throw wrongState(id, 'is not paused');
        await handle.unpause('resumed by a person');
      }),
    delete: (id) => withSchedule(id, (handle) => handle.delete()),
    trigger: (id) => withSchedule(id, (handle, found) => triggerNow(client, handle, found)),
  };
}

/** The server starts the run a moment after it has taken the request. */
async function triggerNow(client: Client, handle: ScheduleHandle, before: ScheduleDescription): Promise<RunHandle> {
  const known = new Set(before.info.recentActions.map(({ action }) => action.workflow.firstExecutionRunId));
  await handle.trigger();
  for (const deadline = Date.now() + TRIGGER_SECONDS * 1000; Date.now() < deadline; await sleep(100)) {
    const { info } = await handle.describe();
    const started = info.recentActions.find(({ action }) => !known.has(action.workflow.firstExecutionRunId));
    if (!started) continue;
    const { workflowId, firstExecutionRunId: runId } = started.action.workflow;
    return createRunHandle(client, { workflowId, runId, pattern: patternOf(before) as Pattern });
  }
  const message = `the server took the request for a run of "${shown(handle.scheduleId)}" and started none within ${TRIGGER_SECONDS} seconds`;
  throw new CadenzaError('ServerUnavailable', message);
}

async function shownSchedule(client: Client, found: ScheduleDescription): Promise<Schedule> {
  const { scheduleId, memo, spec, policies, state, info } = found;
  const { cron = null } = (memo?.[MEMO_OUTCOME] ?? {}) as { cron?: string };
  const last = info.recentActions.at(-1);
  const lastRun = last && (await runOf(client, last.action.workflow, last.takenAt));
  return {
    scheduleId,
    pattern: patternOf(found) as Pattern,
    cron,
    timeZone: spec.timezone || 'UTC',
    overlap: (policies.overlap ?? 'SKIP').toLowerCase(),
    catchUpSeconds: policies.catchupWindow / 1000,
    paused: state.paused,
    ...(state.paused && state.note ? { note: state.note } : {}),
    nextTimes: info.nextActionTimes.slice(0, NEXT_TIMES).map((time) => time.toISOString()),
    ...(lastRun ? { lastRun } : {}),
  };
}

/** Undefined where the server has forgotten the run: its retention time is over. */
async function runOf(
  client: Client,
  { workflowId, firstExecutionRunId }: { workflowId: string; firstExecutionRunId: string },
  startedAt: Date,
): Promise<Schedule['lastRun']> {
  try {
    const status = statusOf(await client.workflow.getHandle(workflowId, firstExecutionRunId).describe());
    return { workflowId, runId: firstExecutionRunId, status, startedAt: startedAt.toISOString() };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Undefined for a schedule of something else. */
function patternOf({ action }: ScheduleDescription): Pattern | undefined {
  return action.taskQueue === TASK_QUEUE ? PATTERNS.find((name) => name === action.workflowType) : undefined;
}

function policyOf(overlap: Overlap): NonNullable<ScheduleOverlapPolicy> {
  return overlap.toUpperCase() as Uppercase<Overlap>;
}

/** The server knows the same names; it would say so only after the documents are stored. */
function checkTimeZone(name: string): void {
  const zones = Intl.supportedValuesOf('timeZone');
  if (name === 'UTC' || zones.includes(name)) return;
  try {
    // Also takes the older names that the list leaves out, and offsets, which the server does not take.
    new Intl.DateTimeFormat('en', { timeZone: name });
    if (/^[A-Z]/i.test(name)) return;
  } catch {
    // Told below.
  }
  const near = nearestName(name, zones);
  const message = `timeZone: "${shown(name)}" is not the IANA name of a time zone${near ? `; did you mean "${near}"?` : ', such as Europe/Berlin'}`;
  throw new CadenzaError('InvalidInput', message, { field: 'timeZone' });
}

function refusalOf(error: unknown, id: string): unknown {
  if (error instanceof ScheduleAlreadyRunning) {
    return new CadenzaError('ScheduleExists', `a schedule with the id "${shown(id)}" is there already`, {
      field: 'id',
    });
  }
  // The SDK's word for a spec that the server has refused.
  if (error instanceof TypeError) return wrongCron(shown(error.message, 200));
  const { code, details } = ((error as Error | undefined)?.cause ?? {}) as { code?: number; details?: string };
  // gRPC: 3 is an invalid argument.
  return code === 3 ? wrongCron(shown(details ?? 'refused by the server', 200)) : error;
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof CadenzaError) || error.type !== 'ScheduleNotFound') throw error;
}

function wrongCron(message: string): CadenzaError {
  return new CadenzaError('InvalidInput', `cron: ${message}`, { field: 'cron' });
}

function wrongState(id: string, problem: string): CadenzaError {
  return new CadenzaError('InvalidInput', `the schedule "${shown(id)}" ${problem}`, { field: 'id' });
}
