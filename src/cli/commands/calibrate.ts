import path from 'node:path';
import { CadenzaError } from '../../contracts/failures';
import { EXIT } from '../../contracts/run';
import { calibrateCascade } from '../../core/calibration/calibrate-cascade';
import { calibrateRouter } from '../../core/calibration/calibrate-router';
import { holdOut } from '../../core/calibration/hold-out';
import type { Labelled, Line } from '../../core/calibration/labelled-rows';
import {
  cascadeRowsOf,
  cascadeRowsOfBatches,
  routerRowsOf,
  routerRowsOfBatches,
} from '../../core/calibration/labelled-rows';
import type { RouterRow } from '../../core/calibration/router-curve';
import type { CascadeRow } from '../../core/cascade/replay-cascade';
import { replayCascade } from '../../core/cascade/replay-cascade';
import { judgeRouter } from '../../core/calibration/judge-router';
import { readJsonLines } from '../item-files';
import type { CalibrationReport } from '../render/calibration-lines';
import { calibrationLines } from '../render/calibration-lines';
import { cleanLine } from '../render/clean-text';
import { cascadeSnippet, routerSnippet } from '../render/threshold-snippet';
import type { Terminal } from '../terminal';

export type CalibrateOptions = {
  targetAccuracy?: string;
  targetCost?: string;
  targetShare?: string;
  holdOut?: string;
  double?: boolean;
  scores?: string;
  label?: string;
  json?: boolean;
};

/** `cadenza calibrate cascade`: thresholds for every stage but the last. Returns the exit status. */
export async function calibrateStages(
  terminal: Terminal,
  files: readonly string[],
  options: CalibrateOptions,
): Promise<number> {
  const target = targetOf(options, ['accuracy', 'cost']);
  const labelled = await cascadeRows(files);
  const { used, heldOut } = parted(labelled, options);
  const { best, frontier } = calibrateCascade(used, target as { quality: number } | { meanCost: number }, {
    double: options.double ?? false,
  });
  const models = labelled.models.map((model, stage) => model ?? `stage_${stage}`);
  const held = heldOut.length === 0 ? undefined : replayCascade(heldOut, best.thresholds);
  return tell(terminal, options, {
    kind: 'cascade',
    models,
    items: used.length,
    thresholds: best.thresholds,
    accuracy: best.quality,
    costUsd: best.meanCost,
    asked: best.asked,
    ...(held ? { heldOut: { items: heldOut.length, accuracy: held.meanQuality, costUsd: held.meanCost } } : {}),
    curve: frontier.map(({ thresholds, quality, meanCost, asked }) => ({
      thresholds,
      accuracy: quality,
      costUsd: meanCost,
      asked,
    })),
    yaml: cascadeSnippet(models, best.thresholds),
  });
}

/** `cadenza calibrate router`: the threshold from which the strong model is asked. Returns the exit status. */
export async function calibrateRoute(
  terminal: Terminal,
  files: readonly string[],
  options: CalibrateOptions,
): Promise<number> {
  const target = targetOf(options, ['accuracy', 'cost', 'share']);
  const labelled = await routerRows(files, options);
  const { used, heldOut } = parted(labelled, options);
  const { best, curve, gap } = calibrateRouter(used, target);
  const models = ['weak', 'strong'].map((name, index) => labelled.models[index] ?? name);
  const held = heldOut.length === 0 ? undefined : judgeRouter(heldOut, best.threshold);
  // Above every score: the strong model is never asked, and JSON has no infinity.
  const finite = (threshold: number) => (Number.isFinite(threshold) ? [threshold] : []);
  return tell(terminal, options, {
    kind: 'router',
    models,
    items: used.length,
    thresholds: finite(best.threshold),
    accuracy: best.quality,
    costUsd: best.meanCost,
    asked: [1 - best.strongShare, best.strongShare],
    gap,
    ...(held ? { heldOut: { items: heldOut.length, accuracy: held.quality, costUsd: held.meanCost } } : {}),
    curve: curve.map(({ threshold, quality, meanCost, strongShare }) => ({
      thresholds: finite(threshold),
      accuracy: quality,
      costUsd: meanCost,
      asked: [1 - strongShare, strongShare],
    })),
    yaml: routerSnippet(models, best.threshold, classifierOf(options)),
  });
}

function tell(terminal: Terminal, { json = false }: CalibrateOptions, report: CalibrationReport): number {
  if (json) terminal.printJson(report);
  else terminal.print(calibrationLines(report, { columns: terminal.columns, paint: terminal.resultPaint }));
  return EXIT.ok;
}

async function cascadeRows(files: readonly string[]): Promise<Labelled<CascadeRow>> {
  const read = await Promise.all(files.map(linesOf));
  const [only] = read;
  if (only && read.length === 1) return cascadeRowsOf(only);
  return { ...cascadeRowsOfBatches(read), models: files.map(nameOf) };
}

async function routerRows(files: readonly string[], { scores, label }: CalibrateOptions): Promise<Labelled<RouterRow>> {
  const [weak, strong, ...more] = await Promise.all(files.map(linesOf));
  if (weak && !strong) {
    if (scores !== undefined) throw wrong('scores', '--scores goes with the results of two batches, weak and strong');
    return routerRowsOf(weak);
  }
  if (!weak || !strong || more.length > 0) throw wrong('file', 'a router has two models: one file, or weak and strong');
  if (scores === undefined || label === undefined) {
    throw wrong('scores', 'results of batches have no score for the router: give --scores FILE and --label LABEL');
  }
  return { ...routerRowsOfBatches(weak, strong, await linesOf(scores), label), models: files.map(nameOf) };
}

async function linesOf(file: string): Promise<Line[]> {
  const { items, lineOf } = await readJsonLines(file);
  return items.map((value, index) => ({ value, name: `${cleanLine(file)}: line ${lineOf(index)}` }));
}

/** A batch does not say which model it asked; its file is named after it often enough. */
function nameOf(file: string): string {
  return path.basename(file).replace(/\.[^.]*$/, '');
}

function parted<R>({ rows }: Labelled<R>, { holdOut: text }: CalibrateOptions): { used: R[]; heldOut: R[] } {
  if (text === undefined) return { used: rows, heldOut: [] };
  const part = numberOf('hold-out', text);
  if (!(part > 0 && part < 1)) throw wrong('hold-out', '--hold-out takes a part between 0 and 1');
  const both = holdOut(rows, part);
  if (both.heldOut.length > 0) return both;
  throw wrong('hold-out', `--hold-out ${text} of ${rows.length} items is none`);
}

function classifierOf({ scores, label }: CalibrateOptions): { model: string; label: string } | undefined {
  return scores === undefined || label === undefined ? undefined : { model: nameOf(scores), label };
}

type Target = { quality: number } | { meanCost: number } | { strongShare: number };

function targetOf(options: CalibrateOptions, allowed: readonly ('accuracy' | 'cost' | 'share')[]): Target {
  const { targetAccuracy, targetCost, targetShare } = options;
  const given: Target[] = [
    ...(targetAccuracy === undefined ? [] : [{ quality: partOf('target-accuracy', targetAccuracy) }]),
    ...(targetCost === undefined ? [] : [{ meanCost: numberOf('target-cost', targetCost) }]),
    ...(targetShare === undefined ? [] : [{ strongShare: partOf('target-share', targetShare) }]),
  ];
  const [target] = given;
  if (target && given.length === 1) return target;
  throw wrong('target', `give one of ${allowed.map((name) => `--target-${name}`).join(', ')}`);
}

/** A share or an accuracy: 40 for 40 % would be met by everything. */
function partOf(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= 0 && number <= 1) return number;
  throw wrong(option, `--${option} takes a part from 0 to 1, such as 0.9`);
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw wrong(option, `--${option} takes a number`);
}

function wrong(field: string, message: string): CadenzaError {
  return new CadenzaError('InvalidInput', message, { field });
}
