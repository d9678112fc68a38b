import { CadenzaError } from '../contracts/failures';
import { shown } from '../contracts/nearest-name';

type CronField = { name: string; min: number; max: number; names?: readonly string[] };

const FIELDS: readonly CronField[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  { name: 'day of week', min: 0, max: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
];

const SHORTHANDS = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'];

const PART = /^(?:(\*)|([A-Za-z0-9]{1,9})(?:-([A-Za-z0-9]{1,9}))?)(?:\/(\d{1,9}))?$/;

/**
 * What a crontab line says, as expressions that the server takes together. There are two where both days are limited:
 * crontab runs on either day, the server where all fields of one expression hold.
 * @throws CadenzaError `InvalidInput` naming the field, its value and what is allowed
 */
export function readCron(text: string): string[] {
  const given = text.trim();
  if (given.startsWith('@')) {
    if (SHORTHANDS.includes(given.toLowerCase())) return [given.toLowerCase()];
    return refuse(`"${shown(given)}" is not one of ${SHORTHANDS.join(', ')}`);
  }
  const parts = given.split(/\s+/);
  if (given === '' || parts.length !== FIELDS.length) {
    const names = FIELDS.map(({ name }) => name).join(', ');
    return refuse(
      `"${shown(given)}" has ${given === '' ? 0 : parts.length} fields; it takes five (${names}) or ${SHORTHANDS.join(', ')}`,
    );
  }
  const [minute, hour, day, month, weekday] = FIELDS.map((field, index) => readField(field, parts[index] ?? ''));
  const expression = (onDay?: string, onWeekday?: string) => [minute, hour, onDay, month, onWeekday].join(' ');
  const both = !day?.startsWith('*') && !weekday?.startsWith('*');
  return both ? [expression(day, '*'), expression('*', weekday)] : [expression(day, weekday)];
}

/** A field as the server takes it: what starts with `*` as it is, all else as a list of numbers. */
function readField(field: CronField, text: string): string {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [, star, start, end, stepText] = PART.exec(part) ?? refuseField(field, part);
    const step = Number(stepText ?? 1);
    if (step < 1) refuseField(field, part);
    if (stepText !== undefined && star === undefined && end === undefined) {
      refuse(
        `${field.name} "${shown(part)}": a step follows * or a range (*/${step}, ${field.min}-${field.max}/${step})`,
      );
    }
    const from = star ? field.min : valueOf(field, start ?? '', part);
    const to = star ? lastOf(field) : end === undefined ? from : valueOf(field, end, part);
    if (to < from) refuse(`${field.name} "${shown(part)}": the range ends before it starts`);
    for (let value = from; value <= to; value += step) values.add(value % (lastOf(field) + 1));
  }
  return text.startsWith('*') && !text.includes(',') ? text : [...values].sort((a, b) => a - b).join(',');
}

/** Crontab writes Sunday as 0 or 7. */
function lastOf({ max }: CronField): number {
  return max === 7 ? 6 : max;
}

function valueOf(field: CronField, text: string, part: string): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + field.min : /^\d+$/.test(text) ? Number(text) : NaN;
  return value >= field.min && value <= field.max ? value : refuseField(field, part);
}

function refuseField({ name, min, max, names }: CronField, part: string): never {
  const words = names ? ` or ${names[0]} to ${names.at(-1)}` : '';
  return refuse(
    `${name} "${shown(part)}": expected ${min} to ${max}${words}, a range, *, a step such as */5, or a list`,
  );
}

function refuse(message: string): never {
  throw new CadenzaError('InvalidInput', `cron: ${message}`, { field: 'cron' });
}
