import type { RunProgress, RunStatus, StepProgress } from '../../contracts/run';
import type { CallUsage } from '../../contracts/usage';
import { cell, FOOT, used } from '../details-markdown';
import { isoTime } from '../iso-time';
import { counted } from '../shown-numbers';
import { showCounts, showUsage, totalOf } from '../usage';
import type { Handling, RouterState, SubscriptionCounts } from './router-state';

/** What is known of a router besides its state. `now` in milliseconds. */
export type RouterNow = {
  status: RunStatus;
  backlog: number;
  running: readonly Handling[];
  deadLetters: number;
  now: number;
};

/** A router as the `progress` query shows it: a line for each subscription, and the counts. */
export function routerProgress(state: RouterState, at: RouterNow): RunProgress {
  const { plan, counts, bySubscription, recent, startedAt } = state;
  const second = Math.floor(at.now / 1000);
  const subscriptions = plan.subscriptions.map(({ name, on }) => {
    const { handled, failed } = bySubscription[name] ?? { handled: 0, failed: 0 };
    const running = at.running.filter(({ subscription }) => subscription === name).length;
    return { name, on, handled, failed, running };
  });
  return {
    pattern: 'eventRouter',
    status: at.status,
    startedAt: isoTime(startedAt),
    steps: subscriptions.map(({ name, handled, failed, running }): StepProgress => {
      const { usage } = bySubscription[name] ?? { usage: { byModel: {} } };
      const note = `${handled} handled, ${failed} failed, ${running} running`;
      return { name, status: 'running', handler: 'subscription', usage: showCounts(totalOf(usage)), note };
    }),
    usage: showUsage(usageBySubscription(bySubscription)),
    events: {
      subscriptions,
      backlog: at.backlog,
      running: at.running.length,
      ...counts,
      deadLetters: at.deadLetters,
      handledPerMinute: recent.filter(([when]) => when > second - 60).reduce((sum, [, count]) => sum + count, 0),
    },
  };
}

/** A router whose input is being checked. */
export function startingProgress(startedAt: number): RunProgress {
  return { pattern: 'eventRouter', status: 'running', startedAt: isoTime(startedAt), steps: [], usage: showUsage({}) };
}

/** What the handlers of each subscription have used. */
export function usageBySubscription(counts: Record<string, SubscriptionCounts>): Record<string, CallUsage> {
  return Object.fromEntries(Object.entries(counts).map(([name, { usage }]) => [name, usage]));
}

/** A router's progress as Markdown for the Temporal UI. */
export function routerMarkdown({ status, events, usage }: RunProgress): string {
  if (!events) return '';
  const rows = events.subscriptions.map(
    ({ name, on, handled, failed, running }) => `| ${cell(name)} | ${cell(on)} | ${handled} | ${failed} | ${running} |`,
  );
  return [
    `**${status}**, ${counted(events.received, 'event')} came in · ${events.handledPerMinute} handled in the last minute · ${used(usage)}`,
    '',
    '| subscription | takes | handled | failed | running |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    `${events.backlog} waiting · ${counted(events.deadLetters, 'dead letter')}`,
    ...FOOT,
  ].join('\n');
}
