import { CadenzaError } from '../contracts/failures';
import { shown } from '../contracts/nearest-name';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90s`, `30m`, `12h`, `30d`. @throws CadenzaError `InvalidInput` naming the option */
export function millisecondsOf(text: string, option: string): number {
  const [, digits, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (digits !== undefined && factor !== undefined) return Number(digits) * factor;
  throw new CadenzaError(
    'InvalidInput',
    `${option} is "${shown(text)}": give a number with s, m, h or d, such as 30d`,
    {
      field: option.replace(/^--/, ''),
    },
  );
}
