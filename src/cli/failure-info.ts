import { isServerTrouble } from '../client/server-trouble';
import type { FailureInfo, FailureType } from '../contracts/failures';
import { isCadenzaError } from '../contracts/failures';
import type { Envelope } from '../contracts/envelope.schema';
import type { Pattern } from '../contracts/names';
import { EXIT, exitStatusFor } from '../contracts/run';

/** Failures that the caller of a command can undo by giving something else. */
const BAD_INPUT: ReadonlySet<string> = new Set<FailureType>([
  'InvalidInput',
  'UnknownHandler',
  'UnknownModel',
  'UnknownTask',
  'UnknownDefinition',
  'Unsupported',
  'DocumentMissing',
  'DocumentUnreadable',
  'DocumentEmpty',
  'DocumentTooLarge',
  'RunNotFound',
  'RunExists',
  'ScheduleNotFound',
  'ScheduleExists',
  'ConfigurationInvalid',
]);

/** What went wrong, in one line that says what to do. Never throws, never shows a stack trace. */
export function failureInfo(error: unknown): FailureInfo {
  if (isCadenzaError(error)) {
    const { type, message, field } = error;
    return { type, message, ...(field === undefined ? {} : { field }) };
  }
  if (isServerTrouble(error)) {
    return { type: 'ServerUnavailable', message: `the Temporal server does not answer (${firstLine(error)})` };
  }
  return {
    type: 'Internal',
    message: `${firstLine(error)}: this is a defect in Cadenza; please report this line together with the output of \`npx cadenza doctor\``,
  };
}

/** The exit status of a command that could not do what it was asked. */
export function exitStatusOfFailure({ type }: Pick<FailureInfo, 'type'>): number {
  return BAD_INPUT.has(type) ? EXIT.badInput : EXIT.failed;
}

/** The exit status of a command that shows a run. A run that was refused before its first step had bad input. */
export function exitStatusOfRun({ status, error, result }: Envelope): number {
  const wasRefused = status === 'failed' && error !== undefined && result === undefined && BAD_INPUT.has(error.type);
  return wasRefused ? EXIT.badInput : exitStatusFor(status);
}

/** The envelope of a run that never came to be. */
export function failedEnvelope(pattern: Pattern | null, error: FailureInfo): Envelope {
  return { workflowId: null, runId: null, pattern, status: 'failed', error };
}

function firstLine(error: unknown): string {
  const message =
    error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : String(error);
  return message.split('\n')[0]?.slice(0, 300) ?? '';
}
