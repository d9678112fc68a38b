import type { PendingAttempt } from '../client/run-handle';
import type { RunProgress, RunStatus, StepProgress } from '../contracts/run';
import { batchSentence } from './render/batch-lines';
import { treeSentence } from '../core/tree/tree-progress';
import { cleanLine } from './render/clean-text';
import { fit } from './render/layout';
import { shownMoney, shownSeconds } from './render/numbers';
import { runMark } from './render/paint';
import { routerSentence } from './render/router-lines';
import { progressLines, retrySentence } from './render/step-lines';
import type { Terminal } from './terminal';

/** What is known of a run that is being followed. */
export type RunView = { progress?: RunProgress | undefined; retrying?: readonly PendingAttempt[] | undefined };

/** Shows runs while they go on: live where the terminal can, else a line for each change. */
export type RunBoard = {
  update(title: string, view: RunView): void;
  /** The run has ended: one line stays of it. */
  finish(title: string, status: RunStatus, headline: string): void;
  close(): void;
};

const REDRAWS_PER_SECOND = 5;

/** The board that fits the terminal. `onlyOne`: no line stays of the run, its result follows. */
export function createRunBoard(terminal: Terminal, { onlyOne = false } = {}): RunBoard {
  return terminal.isLive ? liveBoard(terminal, onlyOne) : lineBoard(terminal, onlyOne);
}

function liveBoard(terminal: Terminal, onlyOne: boolean): RunBoard {
  const views = new Map<string, RunView>();
  const redraw = () => terminal.draw(boardLines(views, terminal, Date.now()));
  const timer = setInterval(redraw, 1000 / REDRAWS_PER_SECOND);
  return {
    update(title, view) {
      views.set(title, view);
      redraw();
    },
    finish(title, status, headline) {
      views.delete(title);
      if (!onlyOne) terminal.show([finishedLine(title, status, headline, terminal)]);
      redraw();
    },
    close() {
      clearInterval(timer);
      terminal.draw([]);
    },
  };
}

/** A block a run; where they do not fit the screen, a line a run. Never as many lines as the screen has. */
export function boardLines(
  views: ReadonlyMap<string, RunView>,
  { columns, rows, paint }: Pick<Terminal, 'columns' | 'rows' | 'paint'>,
  now: number,
): string[] {
  const block = (title: string, { progress, retrying = [] }: RunView) => [
    `${runMark(progress?.status ?? 'running', paint)} ${paint.bold(fit(cleanLine(title), columns - 2))}`,
    ...progressLines(progress, { columns, paint, now, retrying }),
  ];
  const all = [...views].flatMap(([title, view]) => block(title, view));
  if (all.length < rows) return all;
  const short = [...views].map(([title, { progress }]) => {
    const doing = progress?.steps.filter(({ status }) => status === 'running').map(({ name }) => name) ?? [];
    return fit(`${runMark('running', paint)} ${cleanLine(title)}  ${doing.join(', ')}`, columns);
  });
  return short.slice(0, Math.max(1, rows - 1));
}

function finishedLine(title: string, status: RunStatus, headline: string, { columns, paint }: Terminal): string {
  return `${runMark(status, paint)} ${fit(`${cleanLine(title)}  ${cleanLine(headline)}`, columns - 2)}`;
}

function lineBoard(terminal: Terminal, onlyOne: boolean): RunBoard {
  const told = new Set<string>();
  // By what changed, not by the sentence: a duration may come out a little different when it is asked for again.
  const tell = (title: string, change: string, sentence: string) => {
    if (told.has(`${title}\n${change}`)) return;
    told.add(`${title}\n${change}`);
    terminal.say(`${cleanLine(title)}: ${cleanLine(sentence)}`);
  };
  return {
    update(title, { progress, retrying = [] }) {
      if (progress?.events) {
        const sentence = routerSentence(progress.events);
        return tell(title, sentence, sentence);
      }
      if (progress?.batch) {
        // A line for each twentieth: a batch has thousands of items.
        const { items, completed, failed } = progress.batch;
        const part = Math.floor(((completed + failed) / items) * 20);
        if (part > 0) tell(title, `${part} twentieths`, batchSentence(progress.batch));
        return;
      }
      if (progress?.tree) tell(title, `level ${progress.tree.level}`, treeSentence(progress.tree));
      for (const step of progress?.steps ?? []) {
        if (step.status !== 'pending') tell(title, `${step.name} ${step.status}`, changeSentence(step));
        const waiting = retrying.find(({ activityType }) => activityType === step.handler);
        if (step.status === 'running' && waiting)
          tell(title, `${step.name} attempt ${waiting.attempt}`, `${step.name}: ${retrySentence(waiting)}`);
      }
    },
    finish(title, status, headline) {
      if (!onlyOne) tell(title, '', `${status}, ${headline}`);
    },
    close: () => undefined,
  };
}

/** One change of a step, for where nothing can be drawn in place. */
function changeSentence({
  name,
  status,
  models = [],
  durationSeconds,
  usage,
  error,
  reason,
  note,
}: StepProgress): string {
  const facts = [
    ...(models.length > 0 ? [models.join(', ')] : []),
    ...(durationSeconds === undefined ? [] : [shownSeconds(durationSeconds)]),
    ...(usage && usage.calls > 0
      ? [`${usage.inputTokens + usage.outputTokens} tokens`, shownMoney(usage.costUsd)]
      : []),
    ...((status === 'skipped' || status === 'completed') && reason !== undefined ? [reason] : []),
  ];
  const why = status === 'failed' && error ? `: ${error.type}, ${error.message}` : '';
  const remark = note === undefined ? '' : ` [${note}]`;
  return `${name} ${status}${facts.length > 0 ? ` (${facts.join('; ')})` : ''}${why}${remark}`;
}
