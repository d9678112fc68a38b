import { diffWordsWithSpace } from 'diff';
import type { JsonValue } from '../../contracts/json';
import type { ReportModel } from '../model/report-model';
import { resolved } from '../texts';

/** One piece of a text: in both runs, or in one of them only. */
export type DiffPiece = { text: string; in: 'both' | 'first' | 'second' };

/** A number or a word of each run, and whether they differ. */
export type Pair<T> = { first: T | undefined; second: T | undefined; differs: boolean };

export type StepPair = {
  name: string;
  status: Pair<string>;
  models: Pair<string>;
  seconds: Pair<number>;
  tokens: Pair<number>;
  costUsd: Pair<number>;
  /** Whether what came of the step differs; undefined where it is not known of both. */
  outputDiffers: boolean | undefined;
  /** The second run has it from an earlier one. */
  kept: boolean;
};

/** Two runs side by side: what differed in question, answer, votes, steps, time and money. */
export type Comparison = {
  first: ReportModel;
  second: ReportModel;
  samePattern: boolean;
  asked: DiffPiece[];
  sameQuestion: boolean;
  output: DiffPiece[];
  sameOutput: boolean;
  /** What each answer got in two ensembles, by the answer; the order is that of the first. */
  votes: { answer: string; score: Pair<number> }[];
  steps: StepPair[];
  models: { name: string; calls: Pair<number>; tokens: Pair<number>; costUsd: Pair<number> }[];
};

/** Texts above this are told apart as wholes: word by word would take too long. */
const MOST_CHARACTERS = 40_000;
/** Words that differ, above which two texts are told apart as wholes. */
const MOST_EDITS = 1_500;

/** What two runs have in common, and what not. Pure. */
export function compareRuns(first: ReportModel, second: ReportModel): Comparison {
  const questions = [first, second].map((run) => textOf(Object.fromEntries(run.asked), run)) as [string, string];
  const outputs = [first, second].map((run) => textOf(run.output, run)) as [string, string];
  return {
    first,
    second,
    samePattern: first.pattern === second.pattern,
    asked: diffTexts(...questions),
    sameQuestion: questions[0] === questions[1],
    output: diffTexts(...outputs),
    sameOutput: outputs[0] === outputs[1],
    votes: whereTold(() => compareVotes(first, second)),
    steps: whereTold(() => compareSteps(first, second)),
    models: compareModels(first, second),
  };
}

/** Nothing where a result has not the shape that it should: a run may be somebody else's under the name of a pattern. */
function whereTold<T>(compare: () => T[]): T[] {
  try {
    return compare();
  } catch {
    return [];
  }
}

/** Word by word. */
export function diffTexts(first: string, second: string): DiffPiece[] {
  if (first === second) return first === '' ? [] : [{ text: first, in: 'both' }];
  const wholes: DiffPiece[] = [
    { text: first, in: 'first' },
    { text: second, in: 'second' },
  ];
  if (first.length + second.length > MOST_CHARACTERS) {
    return wholes;
  }
  // Two long texts with nothing in common take minutes to say so.
  const pieces = diffWordsWithSpace(first, second, { maxEditLength: MOST_EDITS });
  return pieces
    ? pieces.map(({ value, added, removed }) => ({
        text: value,
        in: added ? 'second' : removed ? 'first' : 'both',
      }))
    : wholes;
}

/** A value as lines: text as it is, fields in the order of their names, so that equal values are equal texts. */
function textOf(value: JsonValue | undefined, { texts }: ReportModel): string {
  if (value === undefined || value === null) return '';
  return linesOf(resolved(value, texts), '');
}

function linesOf(value: JsonValue, indent: string): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Array.isArray(value)
    ? value.map((item) => ['-', item] as const)
    : Object.entries(value)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, item]) => [`${name}:`, item] as const);
  return entries
    .map(([name, item]) => {
      const isDeep = typeof item === 'object' && item !== null;
      return `${indent}${name}${isDeep ? '\n' : ' '}${linesOf(item, `${indent}  `)}`;
    })
    .join('\n');
}

function compareVotes(first: ReportModel, second: ReportModel): Comparison['votes'] {
  const [a, b] = [votesOf(first), votesOf(second)];
  if (!a || !b) return [];
  return [...new Set([...a.keys(), ...b.keys()])].map((answer) => ({
    answer,
    score: pair(a.get(answer) ?? 0, b.get(answer) ?? 0),
  }));
}

function votesOf({ decided }: ReportModel): Map<string, number> | undefined {
  if (decided?.pattern !== 'ensemble') return undefined;
  return new Map(decided.result.decision.ranking.map(({ answer, score }) => [answer, score]));
}

function compareSteps(first: ReportModel, second: ReportModel): StepPair[] {
  const names = [...new Set([...first.steps, ...second.steps].map(({ name }) => name))];
  return names.map((name) => {
    const [a, b] = [first, second].map(({ steps }) => steps.find((step) => step.name === name));
    const tokens = (step: typeof a) => step?.usage && step.usage.inputTokens + step.usage.outputTokens;
    const [outputA, outputB] = [outputOf(first, name), outputOf(second, name)];
    return {
      name,
      status: pair(a?.status, b?.status),
      models: pair(a?.models?.join(', '), b?.models?.join(', ')),
      seconds: pair(a?.durationSeconds, b?.durationSeconds),
      tokens: pair(tokens(a), tokens(b)),
      costUsd: pair(a?.usage?.costUsd, b?.usage?.costUsd),
      kept: b?.reason === 'taken from an earlier run',
      outputDiffers: outputA === undefined || outputB === undefined ? undefined : outputA !== outputB,
    };
  });
}

/** What came of a step, as text; undefined where a run's result does not say. */
function outputOf(model: ReportModel, name: string): string | undefined {
  const { decided, plan } = model;
  const results = decided?.pattern === 'pipeline' ? decided.result.results : plan?.results;
  const output = results?.[name]?.output;
  if (output !== undefined) return textOf(output, model);
  if (decided?.pattern !== 'chain') return undefined;
  const last = decided.result.chainResults.filter(({ step }) => step === name).at(-1);
  return last && textOf(last.response, model);
}

function compareModels(first: ReportModel, second: ReportModel): Comparison['models'] {
  const [a, b] = [first.usage.byModel, second.usage.byModel];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => {
    const [one, other] = [a[name], b[name]];
    return {
      name,
      calls: pair(one?.calls, other?.calls),
      tokens: pair(one && one.inputTokens + one.outputTokens, other && other.inputTokens + other.outputTokens),
      costUsd: pair(one?.costUsd, other?.costUsd),
    };
  });
}

function pair<T>(first: T | undefined, second: T | undefined): Pair<T> {
  return { first, second, differs: first !== second };
}
