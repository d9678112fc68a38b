import type { RunProgress, StepProgress } from '../../contracts/run';
import { treeSentence } from '../../core/tree/tree-progress';
import type { PendingAttempt } from '../../client/run-handle';
import { batchLines } from './batch-lines';
import { cleanLine } from './clean-text';
import { column, fit, wrapped } from './layout';
import { shownCount, shownMoney, shownSeconds } from './numbers';
import type { Paint } from './paint';
import { stepMark } from './paint';
import { routerLines } from './router-lines';

export type StepLinesOptions = {
  columns: number;
  paint: Paint;
  now: number;
  retrying?: readonly PendingAttempt[];
};

const NAME_COLUMNS = { least: 8, most: 24 };
const REMARK_LINES = 2;
const SECONDS_COLUMNS = 11;
const TOKENS_COLUMNS = 16;
const MONEY_COLUMNS = 12;
/** Narrower than this there is no room for tokens and money; the total stands at the end. */
const PAID_FROM_COLUMNS = 72;

/** The steps of a run as a tree: a line each, and lines below for what a person must know. None is too long. */
export function stepLines(steps: readonly StepProgress[], options: StepLinesOptions): string[] {
  const longest = Math.max(0, ...steps.map(({ name }) => name.length));
  const most = Math.min(NAME_COLUMNS.most, Math.floor(options.columns / 3) - 2);
  const names = Math.min(most, Math.max(NAME_COLUMNS.least, longest));
  const isWide = options.columns >= PAID_FROM_COLUMNS;
  const paid = isWide && steps.some(({ usage }) => (usage?.calls ?? 0) > 0);
  return steps.flatMap((step) => [stepLine(step, names, paid, options), ...remarks(step, options)]);
}

/** A run's steps, a router's subscriptions or how far a batch is, where it has said something; else that it waits. */
export function progressLines(progress: RunProgress | undefined, options: StepLinesOptions): string[] {
  if (progress?.batch) return batchLines(progress.batch, options);
  if (progress?.events) return routerLines(progress.events, options);
  if (progress && progress.steps.length > 0) {
    const tree = progress.tree ? wrapped(treeSentence(progress.tree), options.columns, 2) : [];
    return [...tree, ...stepLines(progress.steps, options)];
  }
  return [options.paint.dim('  starting')];
}

function stepLine(step: StepProgress, names: number, paid: boolean, { columns, paint, now }: StepLinesOptions): string {
  const fixed = 4 + names + 2 + SECONDS_COLUMNS + (paid ? TOKENS_COLUMNS + MONEY_COLUMNS : 0);
  const models = Math.max(0, columns - fixed);
  const { usage, status, name } = step;
  const called = usage !== undefined && usage.calls > 0;
  const cells = [
    column(modelsOf(step), models),
    column(secondsOf(step, now), SECONDS_COLUMNS, 'right'),
    ...(paid
      ? [
          column(called ? `${shownCount(usage.inputTokens + usage.outputTokens)} tok` : '', TOKENS_COLUMNS, 'right'),
          column(called ? shownMoney(usage.costUsd) : '', MONEY_COLUMNS, 'right'),
        ]
      : []),
  ];
  const shownName = column(cleanLine(name), names);
  const title = status === 'pending' || status === 'skipped' ? paint.dim(shownName) : shownName;
  return `  ${stepMark(status, paint)} ${title}  ${paint.dim(cells.join(''))}`.trimEnd();
}

function modelsOf({ status, models = [], handler }: StepProgress): string {
  if (models.length > 0) return cleanLine(models.join(', '));
  return status === 'pending' || status === 'skipped' ? '' : cleanLine(handler ?? '');
}

function secondsOf({ status, durationSeconds, startedAt }: StepProgress, now: number): string {
  if (durationSeconds !== undefined) return shownSeconds(durationSeconds);
  return status === 'running' && startedAt ? shownSeconds((now - Date.parse(startedAt)) / 1000) : '';
}

function remarks(step: StepProgress, { columns, paint, retrying = [] }: StepLinesOptions): string[] {
  const lines = (text: string, colour: (text: string) => string) =>
    atMost(REMARK_LINES, wrapped(cleanLine(text), columns, 6), columns).map(colour);
  const waiting = step.status === 'running' ? retrying.find((one) => one.activityType === step.handler) : undefined;
  const { error, reason, note, status, attempts = 0 } = step;
  return [
    ...(waiting ? lines(retrySentence(waiting), paint.yellow) : []),
    ...(error && status === 'failed' ? lines(`${error.type}: ${error.message}`, paint.red) : []),
    ...(reason !== undefined && status === 'skipped' ? lines(`skipped: ${reason}`, paint.dim) : []),
    // What a rerun keeps took no time and no model.
    ...(reason !== undefined && status === 'completed' ? lines(reason, paint.dim) : []),
    ...(attempts > 1 && (status === 'completed' || status === 'failed')
      ? lines(`${attempts} attempts`, paint.yellow)
      : []),
    ...(note !== undefined ? lines(note, paint.yellow) : []),
  ];
}

/** The first lines; what is left out is marked. */
function atMost(count: number, lines: string[], columns: number): string[] {
  if (lines.length <= count) return lines;
  return [...lines.slice(0, count - 1), fit(`${lines[count - 1] ?? ''} ${(lines[count] ?? '').trim()}`, columns)];
}

/** What the server knows of an attempt that comes after a failed one. */
export function retrySentence({ attempt, lastFailure }: PendingAttempt): string {
  const why = lastFailure ? `: ${lastFailure.type}, ${lastFailure.message}` : '';
  return `attempt ${attempt} after a failure${why}`;
}
