import type { LogEntry } from '@temporalio/worker';
import type { LogFormat } from '../contracts/telemetry-settings';

/**
 * One line of the log. It has the names and numbers of this list and nothing else that somebody passed along: an error
 * gives its message, which for Cadenza's own holds no text of prompts, and never its stack.
 */
const FIELDS = [
  'namespace',
  'workflowType',
  'workflowId',
  'runId',
  'step',
  'activityType',
  'attempt',
  'model',
  'problem',
  'traceId',
  'spanId',
] as const;

/** An entry of the SDK's logger as a line of JSON, or as people read it. */
export function logLine({ level, message, meta, timestampNanos }: LogEntry, format: LogFormat): string {
  const { workflowRunId, ...rest } = (meta ?? {}) as Record<string, unknown>;
  // Activities call it so.
  const given: Record<string, unknown> = { runId: workflowRunId, ...rest };
  const fields = Object.fromEntries(
    FIELDS.filter((name) => ['string', 'number'].includes(typeof given[name])).map((name) => [name, given[name]]),
  );
  if (given['error'] instanceof Error) fields['error'] = given['error'].message;
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  if (format === 'json') return JSON.stringify({ time, level, message, ...fields });
  const { workflowId, step, attempt, ...others } = fields;
  const where = [workflowId, step, Number(attempt) > 1 ? `attempt ${String(attempt)}` : undefined];
  const said = where.filter((part) => part !== undefined).join(' · ');
  const tail = ['model', 'problem', 'error']
    .filter((name) => others[name] !== undefined)
    .map((name) => `${name}=${visible(String(others[name]))}`)
    .join(' ');
  return [time.slice(11, 23), level.padEnd(5), visible(message), said && `[${visible(said)}]`, tail]
    .filter((part) => part !== '')
    .join(' ');
}

/** A line stays one line, and moves no cursor. */
function visible(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
