import type { BatchResult, BatchSummary } from '../../contracts/batch.schema';
import type { BatchProgress } from '../../contracts/batch-messages';
import type { JsonValue } from '../../contracts/json';
import type { RunProgress, RunStatus } from '../../contracts/run';
import type { Usage } from '../../contracts/usage';
import { bar, FOOT, used } from '../details-markdown';
import { isoTime } from '../iso-time';
import { shownCount, shownMoney, shownPercent, shownSeconds } from '../shown-numbers';
import { showUsage, totalOf } from '../usage';
import { endedItems } from './batch-state';
import type { BatchState } from './batch-state';
import { estimate } from './estimate';

const LONGEST_SHOWN = 10;

/** A batch as the `progress` query shows it; before its input was checked there is nothing to count. */
export function batchRunProgress(
  state: BatchState | undefined,
  { status, now, startedAt }: { status: RunStatus; now: number; startedAt: number },
): RunProgress {
  const common = { pattern: 'batch' as const, status, startedAt: isoTime(state?.startedAt ?? startedAt), steps: [] };
  if (!state) return { ...common, usage: showUsage({}) };
  return { ...common, usage: batchUsage(state), batch: batchProgress(state, now) };
}

function batchProgress(state: BatchState, now: number): BatchProgress {
  const { plan, completed, failed, running } = state;
  const costUsd = totalOf(state.usage).costNanoUsd / 1e9;
  const guess = estimate({
    items: plan.items,
    ended: completed + failed,
    tookMs: state.tookMs,
    costUsd,
    runningMs: running.map(({ startedAt }) => now - startedAt),
    maxParallel: plan.maxParallel,
  });
  return {
    items: plan.items,
    completed,
    failed,
    running: running.length,
    ...labels(state),
    costUsd,
    ...guess,
    longest: [...running]
      .sort((a, b) => a.startedAt - b.startedAt || a.item - b.item)
      .slice(0, LONGEST_SHOWN)
      .map(({ item, id, startedAt }) => ({
        item,
        ...(id === undefined ? {} : { id }),
        seconds: (now - startedAt) / 1000,
      })),
  };
}

/** What all items together have used; by item it stands in the results. */
export function batchUsage({ usage }: BatchState): Usage {
  return showUsage({ items: usage });
}

/** A batch as Markdown for the Temporal UI. */
export function batchMarkdown({ status, batch, usage }: RunProgress): string {
  if (!batch) return '';
  const { items, completed, failed, running, accuracy, secondsLeft, estimatedCostUsd } = batch;
  const goesOn = completed + failed < items && (status === 'running' || status === 'paused');
  const facts = [
    ...(accuracy === undefined ? [] : [`${shownPercent(accuracy)} of ${shownCount(batch.labelled ?? 0)} are right`]),
    ...(secondsLeft === undefined || !goesOn ? [] : [`about ${shownSeconds(secondsLeft)} left`]),
    used(usage),
    ...(estimatedCostUsd === undefined || !goesOn ? [] : [`about ${shownMoney(estimatedCostUsd)} in all`]),
  ];
  const part = items > 0 ? (completed + failed) / items : 0;
  return [
    `**${status.replace('_', ' ')}** ${bar(part)} ${Math.floor(part * 100)}%`,
    '',
    '| items | completed | failed | running |',
    '|---|---|---|---|',
    `| ${items} | ${completed} | ${failed} | ${running} |`,
    '',
    facts.join(' · '),
    ...FOOT,
  ].join('\n');
}

/** The counts of a batch that has ended, or stands as it does. */
export function batchSummary(state: BatchState): BatchSummary {
  const { plan, completed, failed, cancelled, failures, firstFailures, tookMs, usage, agreement } = state;
  const own = completed + failed;
  return {
    items: plan.items,
    completed,
    failed,
    cancelled,
    notStarted: plan.items - endedItems(state) - state.running.length,
    ...labels(state),
    ...(own > 0 ? { secondsPerItem: tookMs / own / 1000, costUsdPerItem: totalOf(usage).costNanoUsd / 1e9 / own } : {}),
    failures,
    firstFailures,
    ...(agreement ? { agreement } : {}),
  };
}

/** The result of a batch, with the results of its items where they have been gathered. */
export function batchResult(state: BatchState, results: JsonValue, partialReason: string | undefined): BatchResult {
  return {
    results,
    summary: batchSummary(state),
    usage: batchUsage(state),
    partial: partialReason !== undefined,
    ...(partialReason === undefined ? {} : { partialReason }),
  };
}

function labels({ labelled, correct }: BatchState): Pick<BatchSummary, 'labelled' | 'correct' | 'accuracy'> {
  return labelled === 0 ? {} : { labelled, correct, accuracy: correct / labelled };
}
