import type { Help } from 'commander';
import { wrapped } from './layout';

/** Less room than this beside a term, and its description stands below it. */
const LEAST_COLUMNS = 24;

/** One term of a help page with its description, for commander: no line is longer than the terminal is wide. */
export function helpItem(this: Help, term: string, termColumns: number, description: string): string {
  const columns = this.helpWidth ?? 80;
  const beside = 2 + termColumns + 2;
  if (description === '') return `  ${term}`;
  if (columns - beside >= LEAST_COLUMNS)
    return wrapped(description, columns, beside, `  ${term}`.padEnd(beside)).join('\n');
  return [...wrapped(term, columns, 4, '  '), ...wrapped(description, columns, 6)].join('\n');
}
