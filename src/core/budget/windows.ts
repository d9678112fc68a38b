import type { WindowKind } from '../../contracts/window-budget';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** 1970-01-01 was a Thursday: weeks begin on Mondays. */
const FIRST_MONDAY = 4 * DAY;

/** The window that a time is in, in milliseconds since 1970: from its start on, up to its end and without it. UTC. */
export function windowAt(kind: WindowKind, now: number): { start: number; end: number } {
  switch (kind) {
    case 'minute':
      return span(Math.floor(now / MINUTE) * MINUTE, MINUTE);
    case 'hour':
      return span(Math.floor(now / HOUR) * HOUR, HOUR);
    case 'day':
      return span(Math.floor(now / DAY) * DAY, DAY);
    case 'week':
      return span(Math.floor((now - FIRST_MONDAY) / (7 * DAY)) * 7 * DAY + FIRST_MONDAY, 7 * DAY);
    case 'month': {
      const { year, month } = monthOf(now);
      return { start: firstOf(year, month), end: firstOf(year, month + 1) };
    }
  }
}

function span(start: number, length: number) {
  return { start, end: start + length };
}

/** Days from 1970-01-01 to the first of a month, by the calendar's rule; months may run over the year. */
function firstOf(year: number, month: number): number {
  const years = year + Math.floor(month / 12);
  const within = ((month % 12) + 12) % 12;
  // Years that begin in March have the leap day at their end.
  const marchYear = within >= 2 ? years : years - 1;
  const sinceMarch = (within + 10) % 12;
  const days =
    365 * marchYear +
    Math.floor(marchYear / 4) -
    Math.floor(marchYear / 100) +
    Math.floor(marchYear / 400) +
    Math.floor((153 * sinceMarch + 2) / 5);
  return (days - DAYS_TO_1970) * DAY;
}

/** Days from the first of March of the year 0 to 1970-01-01. */
const DAYS_TO_1970 = 719_468;

function monthOf(now: number): { year: number; month: number } {
  const guess = Math.floor(now / (365.2425 * DAY)) + 1970;
  const year = [guess + 1, guess, guess - 1].find((one) => firstOf(one, 0) <= now) ?? guess;
  const month = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0].find((one) => firstOf(year, one) <= now) ?? 0;
  return { year, month };
}
