import { CadenzaError } from '../contracts/failures';
import { shown } from '../contracts/nearest-name';
import { millisecondsOf } from './duration';

/**
 * The moment that `today`, `yesterday` (midnight, in the time of this machine), `2h` or `7d` (ago), or an ISO date or time
 * stands for. @throws CadenzaError `InvalidInput` naming the option
 */
export function momentOf(text: string, option: string, now: Date): Date {
  if (text === 'now') return now;
  if (text === 'today' || text === 'yesterday') {
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() - (text === 'yesterday' ? 1 : 0));
  }
  if (/^\d{1,6}[smhd]$/.test(text)) return new Date(now.getTime() - millisecondsOf(text, option));
  // A date alone is midnight here, as today is; `Date` itself would take it as UTC.
  const given = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text);
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(given.getTime())) return given;
  throw new CadenzaError(
    'InvalidInput',
    `${option} is "${shown(text)}": give today, yesterday, how long ago (2h, 7d), or a date such as 2026-11-26`,
    { field: option.replace(/^--/, '') },
  );
}
