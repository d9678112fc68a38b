import type { BatchResult } from '../../contracts/batch.schema';
import type { Envelope } from '../../contracts/envelope.schema';
import type { RouterProgress } from '../../contracts/event-messages';
import type { JsonObject, JsonValue } from '../../contracts/json';
import type { PipelineResult } from '../../contracts/pipeline.schema';
import type { StepProgress } from '../../contracts/run';
import { outputNote, passedOverNote } from '../../core/pipeline-state';
import { agreementLines } from './agreement-lines';
import { batchResultLines } from './batch-lines';
import { cleanLine } from './clean-text';
import type { ResultOptions } from './document-result';
import { documentLines } from './document-result';
import { wrapped } from './layout';
import { modelDecisionLines } from './model-decision';
import { shownBudget } from './shown-budget';
import { shownUsage } from './numbers';
import { outputLines } from './output-lines';
import { routerLines } from './router-lines';
import { runMark } from './paint';
import { stepLines } from './step-lines';

/** The definition whose result has a form of its own. */
export const DOCUMENT_ANALYSIS = 'document_analysis';

/**
 * How a run ended, for people: first the result, then how it was decided. `output` is the main output with large values
 * loaded; a run that failed part-way shows what it has and why it failed.
 */
export function resultLines(
  title: string,
  { pattern, status, result, error }: Envelope,
  { output, ...options }: ResultOptions & { output: JsonValue | undefined },
): string[] {
  const { columns, paint } = options;
  const pipeline = asPipelineResult(result);
  const how = pipeline ? decisionLines(pipeline, options) : patternLines(pattern, result, options);
  const used = isObject(result) && isObject(result['usage']) ? usedLines(result as unknown as Ended, columns) : [];
  return [
    `${runMark(status, paint)} ${paint.bold(cleanLine(title))}${status === 'completed' ? '' : `  ${status.replace('_', ' ')}`}`,
    ...(error ? wrapped(`${error.type}: ${cleanLine(error.message)}`, columns, 4, '  ').map(paint.red) : []),
    ...(output === undefined || output === null
      ? []
      : pattern === 'eventRouter'
        ? routerLines(output as unknown as RouterProgress, options)
        : pipeline?.definition?.name === DOCUMENT_ANALYSIS && isObject(output)
          ? documentLines(output, options)
          : outputLines(output, columns)),
    ...(pattern === 'batch' && isObject(result) ? batchResultLines(result as unknown as BatchResult, options) : []),
    ...(how.length > 0 ? ['', paint.bold('  How it was decided'), ...how] : []),
    ...used,
  ];
}

/** The result of a pipeline, where the envelope holds one. */
export function asPipelineResult(result: JsonValue | undefined): PipelineResult | undefined {
  const { results, usage, summary } = (result ?? {}) as JsonObject;
  return isObject(results) && isObject(usage) && summary === undefined
    ? (result as unknown as PipelineResult)
    : undefined;
}

/** The steps of a pipeline that has ended, in the form that progress has them. */
export function stepsOf({ results, usage }: PipelineResult): StepProgress[] {
  return Object.values(results).map(
    ({ stepName, status, durationSeconds, attempts, models, passedOver, error, reason, output }) => ({
      name: stepName,
      status,
      ...(status === 'skipped' || status === 'pending' ? {} : { durationSeconds }),
      attempts,
      ...(models ? { models } : {}),
      ...(usage.byStep[stepName] ? { usage: usage.byStep[stepName] } : {}),
      ...(error ? { error: error as NonNullable<StepProgress['error']> } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...noteOf(output, passedOver),
    }),
  );
}

function noteOf(output: JsonValue | undefined, passedOver: Parameters<typeof passedOverNote>[0]): { note?: string } {
  const note = outputNote(output) ?? passedOverNote(passedOver);
  return note === undefined ? {} : { note };
}

function decisionLines(pipeline: PipelineResult, { columns, paint }: ResultOptions): string[] {
  return [...stepLines(stepsOf(pipeline), { columns, paint, now: 0 }), ...callbackLines(pipeline, { columns, paint })];
}

function patternLines(pattern: string | null, result: JsonValue | undefined, options: ResultOptions): string[] {
  if (pattern === 'batch' && isObject(result))
    return agreementLines((result as unknown as BatchResult).summary.agreement, options);
  return modelDecisionLines(pattern, result, options) ?? [];
}

type Ended = Pick<PipelineResult, 'usage' | 'budget' | 'partial' | 'partialReason'>;

function usedLines({ usage, budget, partial, partialReason }: Ended, columns: number): string[] {
  const again = usage.journalHits + usage.cacheHits;
  const reused = again > 0 ? `; ${again} answered from the journal, not paid again` : '';
  return [
    ...wrapped(`Used: ${shownUsage(usage)}${reused}`, columns, 2),
    ...(budget ? wrapped(shownBudget(budget), columns, 2) : []),
    ...(partial ? wrapped(`Partial: ${cleanLine(partialReason ?? 'cut short')}`, columns, 2) : []),
  ];
}

/** The callbacks that did not get through: they change nothing in the run, so nothing else shows them. */
function callbackLines({ callbacks = [] }: PipelineResult, { columns, paint }: ResultOptions): string[] {
  return callbacks.flatMap(({ step, to, status, error }) => {
    if (status === 'delivered') return [];
    const why = error === undefined ? '' : `: ${error.type}: ${cleanLine(error.message)}`;
    return wrapped(`Callback of ${cleanLine(step)} (${to}) failed${why}`, columns, 4, '  ').map(paint.yellow);
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
