import type { RunProgress, RunRecord, RunStatus, StepProgress } from '../../client';
import type { BudgetReport } from '../../contracts/usage.schema';
import type { JsonObject, JsonValue } from '../../contracts/json';
import type { Pattern } from '../../contracts/names';
import { MAIN_OUTPUT } from '../../contracts/names';
import type { PatternResults } from '../../contracts/pattern-results';
import type { PipelineResult } from '../../contracts/pipeline.schema';
import type { Usage } from '../../contracts/usage';
import { addUsage, showUsage } from '../../core/usage';
import type { Texts } from '../texts';
import { resolved } from '../texts';
import { notesOf } from './notes';
import type { Lane } from './lanes';
import { lanesOf } from './lanes';
import type { Retry } from './retries';
import { retriesOf } from './retries';
import { sentenceOf } from './sentence';
import { toldProgress, toldStep, toldUsage } from './told';
import type { TimeSplit } from './time-split';
import { splitTime } from './time-split';

/** The result of a pattern, as far as there is one, with the pattern that it is of. */
export type Decided = {
  [P in Exclude<Pattern, 'eventRouter'>]: { pattern: P; result: PatternResults[P] };
}[Exclude<Pattern, 'eventRouter'>];

/** One run inside this one. */
export type Inside = {
  workflowId: string;
  runId?: string;
  pattern: string;
  step: string;
  status: string;
  seconds: number;
  costUsd: number;
};

/** Everything that the page of a run shows, with no decision left to make. */
export type ReportModel = {
  /** Goes before the ids of its elements, where a page shows several runs. */
  scope: string;
  workflowId: string;
  runId: string;
  pattern: Pattern;
  /** What the run is about: a definition, a task, a document. */
  title: string;
  status: RunStatus;
  error?: { type: string; message: string; field?: string | undefined };
  startedAt: number;
  endedAt?: number;
  seconds: number;
  parent?: { workflowId: string };
  input: JsonObject;
  /** What was asked, by name; the first is the thing itself. */
  asked: [name: string, value: JsonValue][];
  /** The main output, or nothing yet. */
  output: JsonValue | undefined;
  /** How it was decided, in a sentence. */
  sentence: string | undefined;
  decided: Decided | undefined;
  progress: RunProgress | undefined;
  plan: RunRecord['plan'];
  deadLetters: RunRecord['deadLetters'];
  steps: StepProgress[];
  usage: Usage;
  budget: BudgetReport | undefined;
  time: TimeSplit;
  lanes: Lane[];
  notes: Note[];
  /** What needed more than one attempt, in the runs inside too where those were asked. */
  retries: Retry[];
  inside: Inside[];
  history: RunRecord['history'];
  texts: Texts;
};

/** Something that a reader should know: what was retried, reused, saved, cut short. */
export type Note = { kind: 'good' | 'info' | 'bad'; text: string };

/** Puts together what the page of a run shows. `now` is in milliseconds since 1970. Pure. */
export function buildReport(record: RunRecord, texts: Texts, now: number, scope = ''): ReportModel {
  const { envelope, runId, startedAt, endedAt, spans } = record;
  const progress = toldProgress(record.progress);
  const pattern = envelope.pattern ?? 'pipeline';
  const input = inputOf(record, texts);
  const result = envelope.result as JsonObject | undefined;
  const until = endedAt ?? now;
  const spent = isObject(result) ? toldUsage(result['usage']) : undefined;
  const decided =
    pattern === 'eventRouter' || !spent ? undefined : ({ pattern, result: { ...result, usage: spent } } as Decided);
  const usage =
    spent ?? progress?.usage ?? showUsage({ run: addUsage(...spans.map((span) => span.usage ?? { byModel: {} })) });
  const model: Omit<ReportModel, 'sentence' | 'notes'> = {
    scope,
    workflowId: envelope.workflowId ?? '',
    runId,
    pattern,
    title: titleOf(pattern, input, progress),
    status: envelope.status,
    ...(envelope.error ? { error: envelope.error } : {}),
    startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    seconds: Math.max(0, until - startedAt) / 1000,
    ...(record.parent ? { parent: record.parent } : {}),
    input,
    asked: askedOf(pattern, input),
    output: outputOf(pattern, result),
    decided,
    progress,
    plan: record.plan,
    deadLetters: record.deadLetters,
    steps: stepsOf(progress, decided, record.plan).map((step) => withTime(step, until)),
    usage,
    budget: decided && 'budget' in decided.result ? decided.result.budget : undefined,
    time: splitTime(spans, { from: startedAt, to: until }),
    lanes: lanesOf(spans, until),
    inside: insideOf(record, until),
    retries: retriesOf(spans),
    history: record.history,
    texts,
  };
  return { ...model, sentence: sentenceIn(model), notes: notesOf(model, spans) };
}

/** Undefined also where a result is not what it should be: its part of the page says so. */
function sentenceIn(model: Parameters<typeof sentenceOf>[0]): string | undefined {
  try {
    return sentenceOf(model);
  } catch {
    return undefined;
  }
}

/** The run of one event carries the event; what it was asked is in there. */
function inputOf({ input }: RunRecord, texts: Texts): JsonObject {
  const given = resolvedTop(input, texts);
  return isObject(given) ? given : { input: given };
}

function resolvedTop(input: JsonValue, texts: Texts): JsonValue {
  // A whole input that is large is one reference; what lies deeper is shown where it stands.
  const seen = resolved({ input }, texts) as { input: JsonValue };
  return isObject(input) ? input : seen.input;
}

function titleOf(pattern: Pattern, input: JsonObject, progress: RunProgress | undefined): string {
  const { definition, task, pattern: inner, event } = input;
  if (typeof definition === 'string') return definition.replace(/@.*/, '');
  if (progress?.definition !== undefined) return progress.definition;
  if (isObject(event) && typeof event['type'] === 'string') return event['type'];
  if (pattern === 'batch' && typeof inner === 'string') return inner;
  return typeof task === 'string' ? task : '';
}

function askedOf(pattern: Pattern, input: JsonObject): [string, JsonValue][] {
  const { labels: _labels, budget: _budget, ...asked } = input;
  const pick = (...names: string[]) =>
    names.flatMap((name): [string, JsonValue][] => (asked[name] === undefined ? [] : [[name, asked[name]]]));
  switch (pattern) {
    case 'chain':
      return pick('initialPrompt');
    case 'treeOfThought':
      return pick('problem', 'numBranches', 'depth', 'beamWidth', 'search');
    case 'eventRouter':
      return [];
    case 'batch':
      return [...pick('pattern', 'config'), ...itemsOf(asked['items'])];
    case 'pipeline':
      return isObject(asked['event']) ? [['event', asked['event']]] : pick('input');
    case 'routeToModel':
    case 'ensemble':
    case 'cascade':
      return taskInput(asked['input']);
  }
}

function itemsOf(items: JsonValue | undefined): [string, JsonValue][] {
  return Array.isArray(items) ? [['items', `${items.length}`]] : items === undefined ? [] : [['items', items]];
}

/** A text, or an object with the text and what else the task takes. */
function taskInput(input: JsonValue | undefined): [string, JsonValue][] {
  if (!isObject(input) || !('text' in input)) return input === undefined ? [] : [['text', input]];
  const { text, ...more } = input;
  return [['text', text ?? null], ...Object.entries(more)];
}

function outputOf(pattern: Pattern, result: JsonObject | undefined): JsonValue | undefined {
  if (!result || pattern === 'batch' || pattern === 'eventRouter') return undefined;
  const output = result[MAIN_OUTPUT[pattern]];
  return output === null ? undefined : output;
}

/** Progress tells most of steps; a run whose Worker is away is told from its result, or from what was planned. */
function stepsOf(
  progress: RunProgress | undefined,
  decided: Decided | undefined,
  plan: RunRecord['plan'],
): StepProgress[] {
  const results = (decided?.pattern === 'pipeline' ? decided.result.results : plan?.results) ?? {};
  if (progress && progress.steps.length > 0) {
    return progress.steps.map((step) => withResult(step, results[step.name])).flatMap(toldStep);
  }
  const told = Object.values(results).filter((step) => isObject(step as unknown as JsonValue));
  return told.map((step) => withResult({ name: step.stepName, status: step.status }, step)).flatMap(toldStep);
}

/** What goes on has taken so long up to now; what waits for its turn has taken nothing that could be shown. */
function withTime({ durationSeconds, ...step }: StepProgress, now: number): StepProgress {
  if (step.status === 'pending') return step;
  if (step.status !== 'running') return durationSeconds === undefined ? step : { ...step, durationSeconds };
  const startedAt = Date.parse(step.startedAt ?? '');
  if (Number.isNaN(startedAt)) return step;
  return { ...step, durationSeconds: Math.max(0, now - startedAt) / 1000 };
}

function withResult(step: StepProgress, result: PipelineResult['results'][string] | undefined): StepProgress {
  if (!result) return step;
  const { durationSeconds, attempts, models, reason, error } = result;
  return {
    durationSeconds,
    attempts,
    ...(models ? { models } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(error ? { error: error as NonNullable<StepProgress['error']> } : {}),
    ...step,
  };
}

const MOST_INSIDE = 500;

function insideOf({ spans }: RunRecord, now: number): Inside[] {
  const children = spans.filter(({ kind, type }) => kind === 'child' && type !== 'expandThought');
  return children
    .slice(0, MOST_INSIDE)
    .map(({ workflowId = '', runId, type, step, summary, outcome, usage, startedAt, endedAt }) => ({
      workflowId,
      ...(runId === undefined ? {} : { runId }),
      pattern: type === 'handleEvent' ? 'pipeline' : type,
      step: type === 'handleEvent' ? (summary ?? step ?? '') : (step ?? ''),
      status: outcome === 'open' ? 'running' : outcome,
      seconds: startedAt === undefined ? 0 : ((endedAt ?? now) - startedAt) / 1000,
      costUsd: showUsage({ run: usage ?? { byModel: {} } }).costUsd,
    }));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
