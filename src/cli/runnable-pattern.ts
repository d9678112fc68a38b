import { CadenzaError } from '../contracts/failures';
import { AVAILABLE_PATTERNS, PATTERNS } from '../contracts/names';
import { shown, suggestion } from '../contracts/nearest-name';

export type RunnablePattern = (typeof AVAILABLE_PATTERNS)[number];

/** The pattern of that name, where this version runs it. @throws CadenzaError `Unsupported`, `InvalidInput` */
export function runnablePattern(name: string): RunnablePattern {
  const runnable = AVAILABLE_PATTERNS.find((pattern) => pattern === name);
  if (runnable) return runnable;
  const known = `This version runs ${AVAILABLE_PATTERNS.join(', ')}.`;
  if (PATTERNS.some((pattern) => pattern === name)) {
    throw new CadenzaError('Unsupported', `the pattern ${name} can not be run yet. ${known}`, { field: 'pattern' });
  }
  const message = `there is no pattern "${shown(name)}"${suggestion(name, [...PATTERNS])}. ${known}`;
  throw new CadenzaError('InvalidInput', message, { field: 'pattern' });
}
