import type { Agreement } from '../../contracts/agreement.schema';
import type { BatchSummary } from '../../contracts/batch.schema';
import type { BatchItem, BatchPlan, ItemOutcome, ItemRecord, SettledItem } from '../../contracts/batch-messages';
import type { ContentReference } from '../../contracts/content';
import type { FailureInfo } from '../../contracts/failures';
import { shown } from '../../contracts/nearest-name';
import type { CallUsage } from '../../contracts/usage';
import { budgetField } from '../budget/describe-refusal';
import { addUsage, totalOf } from '../usage';
import { addAgreement } from '../votes/member-agreement';

/** Failed items that are told by name in the summary. */
const FAILURES_TOLD = 10;

const MESSAGE_CHARACTERS = 300;

/** An item whose child runs. `startedAt` in milliseconds. */
export type RunningItem = Pick<BatchItem, 'item' | 'id' | 'labelled'> & { startedAt: number };

/** All that a batch knows of itself, and hands on when it continues as new: it grows by one reference in 50 items. */
export type BatchState = {
  plan: BatchPlan;
  startedAt: number;
  paused: boolean;
  /** The first item that was not started. */
  next: number;
  running: RunningItem[];
  /** Stored lists of records, in the order in which items ended, and those that are in none yet. */
  chunks: ContentReference[];
  records: ItemRecord[];
  completed: number;
  failed: number;
  cancelled: number;
  labelled: number;
  correct: number;
  tookMs: number;
  usage: CallUsage;
  failures: BatchSummary['failures'];
  firstFailures: BatchSummary['firstFailures'];
  agreement?: Agreement;
  /** The first call that the batch's own budget had no room for, in words: no item is started after it. */
  overBudget?: string;
};

/** A batch of which nothing has run. */
export function firstBatchState(plan: BatchPlan, startedAt: number, paused: boolean): BatchState {
  return {
    plan,
    startedAt,
    paused,
    next: 0,
    running: [],
    chunks: [],
    records: [],
    completed: 0,
    failed: 0,
    cancelled: 0,
    labelled: 0,
    correct: 0,
    tookMs: 0,
    usage: { byModel: {} },
    failures: {},
    firstFailures: [],
  };
}

/** The state after an item started. */
export function startItem(state: BatchState, { item, id, labelled }: BatchItem, now: number): BatchState {
  const running = { item, labelled, startedAt: now, ...(id === undefined ? {} : { id }) };
  return { ...state, next: Math.max(state.next, item + 1), running: [...state.running, running] };
}

/** The state after an item ended. One that a cancel of the batch cut off counts neither as completed nor as failed. */
export function endItem(
  state: BatchState,
  item: number,
  outcome: ItemOutcome & { settled?: SettledItem; cut?: boolean },
  now: number,
): BatchState {
  const running = state.running.find((one) => one.item === item);
  if (!running) return state;
  const { usage, error, settled, cut = false, agreement } = outcome;
  const tookMs = now - running.startedAt;
  const { calls, costNanoUsd } = totalOf(usage);
  const status = cut ? 'cancelled' : error ? 'failed' : 'completed';
  const told = error && { type: error.type, message: shown(error.message, MESSAGE_CHARACTERS) };
  const record: ItemRecord = {
    item,
    status,
    ...(settled ?? {}),
    ...(told && !cut ? { error: told } : {}),
    seconds: tookMs / 1000,
    usage: { calls, costUsd: costNanoUsd / 1e9 },
  };
  const both = status === 'completed' ? addAgreement(state.agreement, agreement) : state.agreement;
  const next: BatchState = {
    ...state,
    running: state.running.filter((one) => one !== running),
    records: [...state.records, record],
    [status]: state[status] + 1,
    labelled: state.labelled + (settled?.correct === undefined ? 0 : 1),
    correct: state.correct + (settled?.correct ? 1 : 0),
    tookMs: state.tookMs + (cut ? 0 : tookMs),
    usage: addUsage(state.usage, usage),
    ...(both ? { agreement: both } : {}),
    ...(isOverBudget(error) ? { overBudget: state.overBudget ?? error.message } : {}),
  };
  if (status !== 'failed' || !told) return next;
  const first = { item, ...(running.id === undefined ? {} : { id: running.id }), error: told };
  return {
    ...next,
    failures: { ...state.failures, [told.type]: (state.failures[told.type] ?? 0) + 1 },
    firstFailures: [...state.firstFailures, first].sort((a, b) => a.item - b.item).slice(0, FAILURES_TOLD),
  };
}

/** An item's own budget is the item's affair. */
function isOverBudget(error: FailureInfo | undefined): error is FailureInfo {
  return error?.type === 'BudgetExceeded' && error.field === budgetField('');
}

/** How many items have ended, in whatever way. */
export function endedItems({ completed, failed, cancelled }: BatchState): number {
  return completed + failed + cancelled;
}

/** The state after records were stored together. */
export function storeRecords(state: BatchState, stored: readonly ItemRecord[], chunk: ContentReference): BatchState {
  return {
    ...state,
    chunks: [...state.chunks, chunk],
    records: state.records.filter((record) => !stored.includes(record)),
  };
}
