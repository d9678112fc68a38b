import type { BatchResult, BatchSummary } from '../../contracts/batch.schema';
import type { BatchProgress } from '../../contracts/batch-messages';
import { itemName } from '../../core/batch/batch-items';
import { cleanLine } from './clean-text';
import type { ResultOptions } from './document-result';
import { fit, wrapped } from './layout';
import { shownCount, shownMoney, shownPercent, shownSeconds } from './numbers';
import type { Paint } from './paint';

const BAR_COLUMNS = 30;

/** An item that runs longer than this is told. */
const LONG_SECONDS = 60;

/** How far a batch is: a bar, what is left, what it costs, and how right it is. */
export function batchLines(batch: BatchProgress, { columns, paint }: { columns: number; paint: Paint }): string[] {
  const { items, completed, failed, running, longest } = batch;
  const width = Math.max(5, Math.min(BAR_COLUMNS, columns - 40));
  const good = Math.floor((completed / items) * width);
  const bad = Math.ceil((failed / items) * (width - good));
  const bar = `${paint.green('█'.repeat(good))}${paint.red('█'.repeat(bad))}${paint.dim('░'.repeat(width - good - bad))}`;
  const [first] = longest;
  const isSlow = first !== undefined && first.seconds > LONG_SECONDS;
  return [
    `  ${bar} ${fit(`${shownCount(completed + failed)} of ${shownCount(items)}, ${running} running`, columns - width - 3)}`,
    ...wrapped(batchFacts(batch).join(', '), columns, 2),
    ...(isSlow ? [paint.yellow(fit(`  ${nameOf(first)} has run for ${shownSeconds(first.seconds)}`, columns))] : []),
  ];
}

/** The same in one sentence, for where nothing can be drawn in place. */
export function batchSentence(batch: BatchProgress): string {
  const { items, completed, failed } = batch;
  return [`${shownCount(completed + failed)} of ${shownCount(items)} items`, ...batchFacts(batch)].join(', ');
}

function batchFacts(batch: BatchProgress): string[] {
  const { failed, secondsLeft, costUsd, estimatedCostUsd, accuracy, labelled = 0, correct = 0 } = batch;
  const ofAll = estimatedCostUsd === undefined || costUsd === 0 ? '' : ` of about ${shownMoney(estimatedCostUsd)}`;
  return [
    ...(failed > 0 ? [`${shownCount(failed)} failed`] : []),
    ...(secondsLeft === undefined || secondsLeft === 0 ? [] : [`about ${shownSeconds(secondsLeft)} left`]),
    `${shownMoney(costUsd)}${ofAll}`,
    ...(accuracy === undefined ? [] : [rightSentence(correct, labelled)]),
  ];
}

/** A batch that has ended: the counts, then what failed, then where to look. */
export function batchResultLines({ summary }: BatchResult, { columns, paint }: ResultOptions): string[] {
  const { items, failed, firstFailures } = summary;
  const told = firstFailures.flatMap((one) => {
    const why = `${one.error.type}: ${cleanLine(one.error.message)}`;
    return wrapped(`${nameOf(one)}  ${why}`, columns, 6, `  ${paint.red('✗')} `);
  });
  const rest = failed - firstFailures.length;
  return [
    ...wrapped(countsOf(summary).join(', '), columns, 2),
    ...(summary.accuracy === undefined
      ? []
      : wrapped(paint.bold(rightSentence(summary.correct ?? 0, summary.labelled ?? 0)), columns, 2)),
    ...(summary.secondsPerItem === undefined || items === 0
      ? []
      : wrapped(
          `${shownSeconds(summary.secondsPerItem)} and ${shownMoney(summary.costUsdPerItem ?? 0)} an item`,
          columns,
          2,
        )),
    ...(failed > 0 ? [`  Failed: ${failureCounts(summary)}`, ...told] : []),
    ...(rest > 0 ? [`    and ${shownCount(rest)} more`] : []),
  ];
}

function countsOf({ items, completed, cancelled, failed, notStarted }: BatchSummary): string[] {
  return [
    `${shownCount(completed)} of ${shownCount(items)} items completed`,
    ...(failed > 0 ? [`${shownCount(failed)} failed`] : []),
    ...(cancelled > 0 ? [`${shownCount(cancelled)} cut off`] : []),
    ...(notStarted > 0 ? [`${shownCount(notStarted)} not started`] : []),
  ];
}

function failureCounts({ failures }: BatchSummary): string {
  const counts = Object.entries(failures).sort(([, a], [, b]) => b - a);
  return counts.map(([type, count]) => `${shownCount(count)} ${type}`).join(', ');
}

function rightSentence(correct: number, labelled: number): string {
  return `${shownPercent(correct / labelled)} right (${shownCount(correct)} of ${shownCount(labelled)})`;
}

function nameOf({ item, id }: { item: number; id?: string | undefined }): string {
  return id === undefined ? itemName(item) : `${itemName(item)} ${cleanLine(id)}`;
}
