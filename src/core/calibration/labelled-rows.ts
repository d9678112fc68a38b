import { CadenzaError } from '../../contracts/failures';
import { shown } from '../../contracts/nearest-name';
import type { CascadeRow } from '../cascade/replay-cascade';
import type { RouterRow } from './router-curve';

/** What one model made of one item. */
export type ModelOutcome = { model?: string; score?: number; quality: number; costUsd: number };

/** A line of a labelled file, and how it is called in messages. */
export type Line = { value: Readonly<Record<string, unknown>>; name: string };

/** Rows for a calibration with the names of the models, as far as the lines tell them. */
export type Labelled<R> = { rows: R[]; models: (string | undefined)[] };

/**
 * Rows of a cascade from lines `{ stages: [{ model, score, costUsd, correct }, …] }`, the cheapest stage first; the last
 * one needs no score. `quality` (0 to 1) may stand in place of `correct`. @throws CadenzaError `InvalidInput`
 */
export function cascadeRowsOf(lines: readonly Line[]): Labelled<CascadeRow> {
  return fromStages(
    lines.map(({ value, name }) => {
      const { stages } = value;
      if (!Array.isArray(stages) || stages.length < 2) refuse(name, 'stages: expected a list of two or more');
      return { name, outcomes: (stages as unknown[]).map((stage, at) => outcomeOf(stage, `${name}: stages[${at}]`)) };
    }),
  );
}

/** Rows of a router from lines `{ score, weak: { costUsd, correct }, strong: { … } }`. @throws CadenzaError `InvalidInput` */
export function routerRowsOf(lines: readonly Line[]): Labelled<RouterRow> {
  const rows = lines.map(({ value, name }) => {
    const weak = outcomeOf(value['weak'], `${name}: weak`);
    const strong = outcomeOf(value['strong'], `${name}: strong`);
    return { row: routerRow(numberIn(value, 'score', name), weak, strong), models: [weak.model, strong.model] };
  });
  return { rows: rows.map(({ row }) => row), models: rows[0]?.models ?? [] };
}

/**
 * The same from the results of batches over the same items, one file a model, the cheapest first: an item's score is that
 * of its output. @throws CadenzaError `InvalidInput` where items differ or have no expected answer
 */
export function cascadeRowsOfBatches(files: readonly (readonly Line[])[]): Labelled<CascadeRow> {
  return fromStages(joined(files).map((same) => ({ name: same[0]?.name ?? '', outcomes: same.map(batchOutcome) })));
}

/** As cascadeRowsOfBatches: the weak model's file, the strong one's, and one whose outputs have a score for `label`. */
export function routerRowsOfBatches(
  weak: readonly Line[],
  strong: readonly Line[],
  scores: readonly Line[],
  label: string,
): Labelled<RouterRow> {
  const rows = joined([weak, strong, scores]).map(([a, b, c]) =>
    routerRow(scoreOfLabel(c as Line, label), batchOutcome(a as Line), batchOutcome(b as Line)),
  );
  return { rows, models: [] };
}

function fromStages(items: readonly { name: string; outcomes: ModelOutcome[] }[]): Labelled<CascadeRow> {
  const stages = items[0]?.outcomes.length ?? 0;
  const rows = items.map(({ name, outcomes }) => {
    if (outcomes.length !== stages) refuse(name, `has ${outcomes.length} stages, the first line has ${stages}`);
    return {
      scores: outcomes.map(({ score }, at) => {
        if (score === undefined && at < stages - 1) refuse(name, `stage ${at} has no score`);
        // What `accept` takes as a threshold.
        if (score !== undefined && (score < 0 || score > 1)) refuse(name, `stage ${at}: score must be 0 to 1`);
        return score ?? 0;
      }),
      costs: outcomes.map(({ costUsd }) => costUsd),
      quality: outcomes.map(({ quality }) => quality),
    };
  });
  return { rows, models: items[0]?.outcomes.map(({ model }) => model) ?? [] };
}

function routerRow(score: number, weak: ModelOutcome, strong: ModelOutcome): RouterRow {
  return {
    score,
    weakQuality: weak.quality,
    strongQuality: strong.quality,
    weakCost: weak.costUsd,
    strongCost: strong.costUsd,
  };
}

function outcomeOf(value: unknown, name: string): ModelOutcome {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(name, 'expected an object');
  const { model, score, correct, quality } = value as Record<string, unknown>;
  if (typeof correct !== 'boolean' && typeof quality !== 'number') refuse(name, 'expected correct: true or false');
  return {
    ...(typeof model === 'string' ? { model } : {}),
    ...(score === undefined ? {} : { score: numberIn(value as Line['value'], 'score', name) }),
    quality: typeof quality === 'number' ? numberIn(value as Line['value'], 'quality', name) : correct ? 1 : 0,
    costUsd: numberIn(value as Line['value'], 'costUsd', name),
  };
}

/** A failed item is a wrong answer that has been paid, and that no threshold would accept. */
function batchOutcome({ value, name }: Line): ModelOutcome {
  const { status, correct, output, usage } = value as { status?: string; correct?: unknown } & Line['value'];
  const costUsd = numberIn((usage ?? {}) as Line['value'], 'costUsd', `${name}: usage`);
  if (status === 'failed') return { quality: 0, score: 0, costUsd };
  if (typeof correct !== 'boolean') refuse(name, 'has no `correct`: the items of the batch need an expected answer');
  const { score } = (output ?? {}) as { score?: unknown };
  return { quality: correct ? 1 : 0, costUsd, ...(typeof score === 'number' ? { score } : {}) };
}

function scoreOfLabel({ value, name }: Line, label: string): number {
  const { scores, prediction, score } = (value['output'] ?? {}) as Record<string, unknown>;
  const own = (scores as Record<string, unknown> | undefined)?.[label];
  if (typeof own === 'number') return own;
  if (typeof score === 'number' && typeof prediction === 'string') return prediction === label ? score : 1 - score;
  return refuse(name, `output has no score for the label "${shown(label)}"`);
}

/** Lines of several files about the same items, by the index that batches give them. */
function joined(files: readonly (readonly Line[])[]): Line[][] {
  const byItem = files.map((lines) => new Map(lines.map((line) => [keyOf(line), line])));
  const [first = new Map<string, Line>(), ...others] = byItem;
  return [...first].map(([key, line]) => [
    line,
    ...others.map((other) => other.get(key) ?? refuse(line.name, 'is in the first file and not in every other one')),
  ]);
}

function keyOf({ value: { item, id, expected }, name }: Line): string {
  if (typeof item !== 'number') refuse(name, 'is no result of a batch: it has no item');
  return JSON.stringify([item, id ?? null, expected ?? null]);
}

function numberIn(value: Line['value'], field: string, name: string): number {
  const found = value[field];
  if (typeof found !== 'number' || !Number.isFinite(found)) return refuse(name, `${field}: expected a number`);
  return found >= 0 || field === 'score' ? found : refuse(name, `${field}: must not be negative`);
}

function refuse(name: string, message: string): never {
  throw new CadenzaError('InvalidInput', `${name}: ${message}`, { field: 'file' });
}
