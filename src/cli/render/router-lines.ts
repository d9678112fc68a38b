import type { RouterProgress } from '../../contracts/event-messages';
import { cleanLine } from './clean-text';
import { column, fit, widthOf, wrapped } from './layout';
import { counted } from './numbers';
import type { Paint } from './paint';

/** Room for the counts of a subscription. */
const COUNTS_COLUMNS = 34;
/** Narrower than this they stand below its name. */
const BESIDE_FROM_COLUMNS = 64;

/** A router for people: a line for each subscription, then what has become of all events. */
export function routerLines(events: RouterProgress, { columns, paint }: { columns: number; paint: Paint }): string[] {
  const names = Math.max(
    0,
    ...events.subscriptions.map(({ name, on }) => (name.startsWith(on) ? 0 : widthOf(cleanLine(name)))),
  );
  // A name that was made of type and handler says what it is for.
  const titles = events.subscriptions.map(({ name, on }) => {
    const shownName = cleanLine(name);
    return name.startsWith(on) ? shownName : `${column(shownName, names)}  ${on}`;
  });
  const most = Math.max(10, columns - 4 - COUNTS_COLUMNS);
  const width = Math.min(most, Math.max(0, ...titles.map(widthOf)));
  const lines = events.subscriptions.flatMap(({ handled, failed, running }, index) => {
    const counts = `${handled} handled, ${failed} failed, ${running} running`;
    if (columns < BESIDE_FROM_COLUMNS)
      return [...wrapped(titles[index] ?? '', columns, 4, '  '), ...wrapped(counts, columns, 4).map(paint.dim)];
    return `  ${column(titles[index] ?? '', width)}  ${paint.dim(fit(counts, columns - 4 - width))}`;
  });
  return [...lines, ...wrapped(routerSentence(events), columns, 2)];
}

/** What has become of the events of a router, in one sentence; what is zero is left out, but for the first. */
export function routerSentence(events: RouterProgress): string {
  const { received, repeated, backlog, running, handled, failed, filtered, deadLetters, handledPerMinute } = events;
  const facts: [count: number, words: string][] = [
    [repeated, `${repeated} of them again`],
    [handled, `${handled} handled`],
    [failed, `${failed} failed`],
    [filtered, `${filtered} filtered out`],
    [running, `${running} being handled`],
    [backlog, `${backlog} waiting`],
    [deadLetters, counted(deadLetters, 'dead letter')],
    [handledPerMinute, `${handledPerMinute} ended in the last minute`],
  ];
  const told = facts.flatMap(([count, words]) => (count > 0 ? [words] : []));
  return [`${counted(received, 'event')} came in`, ...told].join(', ');
}
