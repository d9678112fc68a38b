import type { Threshold } from '../../contracts/cascade.schema';
import type { GapReport } from '../../core/calibration/performance-gap';
import { cleanLine, cleanText } from './clean-text';
import type { ResultOptions } from './document-result';
import { table, wrapped } from './layout';
import { counted, shownCount, shownMoney, shownPercent } from './numbers';

/** A point that thresholds reach; `asked` is the part of the items that each model is asked for. */
export type CalibrationPoint = { thresholds: Threshold[]; accuracy: number; costUsd: number; asked: number[] };

/** What `cadenza calibrate` found, as `--json` shows it. Without thresholds the weak model alone is best. */
export type CalibrationReport = CalibrationPoint & {
  kind: 'cascade' | 'router';
  models: string[];
  /** Items that the thresholds were chosen on. */
  items: number;
  /** What the same thresholds give on the items that were held out. */
  heldOut?: { items: number; accuracy: number; costUsd: number };
  /** Of a router: how much of the gap between the models it closes. */
  gap?: GapReport;
  curve: CalibrationPoint[];
  /** To paste into the input of the pattern. */
  yaml: string;
};

const MOST_POINTS = 15;
const BAR_COLUMNS = 20;
const BARS_FROM_COLUMNS = 72;

/** The thresholds, what they give, the curve that they were chosen from, and what to paste. */
export function calibrationLines(report: CalibrationReport, { columns, paint }: ResultOptions): string[] {
  const { kind, models, items, heldOut, gap, yaml } = report;
  const names = models.map(cleanLine);
  const expected = `${shownPercent(report.accuracy)} right at ${shownMoney(report.costUsd)} an item`;
  const others = names
    .slice(1)
    .map((name, index) => `${name} is asked for ${shownPercent(report.asked[index + 1] ?? 0)}`);
  const held = heldOut
    ? `${counted(heldOut.items, 'item')} held out: ${shownPercent(heldOut.accuracy)} right at ${shownMoney(heldOut.costUsd)}`
    : 'Nothing was held out: on other items expect a little less.';
  return [
    ...wrapped(thresholdSentence(report, names), columns, 2).map(paint.bold),
    ...wrapped(`On ${counted(items, 'labelled item')}: ${expected}; ${others.join(', ')}`, columns, 2),
    ...wrapped(held, columns, 2),
    ...(gap?.apgr === undefined
      ? []
      : wrapped(
          `All ${names[0]}: ${shownPercent(gap.weakQuality)}, all ${names[1]}: ${shownPercent(gap.strongQuality)}. ` +
            `APGR ${gap.apgr.toFixed(3)} (0.5 is chance)`,
          columns,
          2,
        )),
    '',
    paint.bold(kind === 'cascade' ? '  What no other thresholds beat in both' : '  The curve'),
    ...curveLines(report, names, columns),
    '',
    paint.bold('  To paste'),
    ...cleanText(yaml)
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
  ];
}

function thresholdSentence({ kind, thresholds }: CalibrationReport, names: readonly string[]): string {
  if (kind === 'router') {
    const [threshold] = thresholds;
    return threshold === undefined
      ? `${names[0]} alone is best: no threshold`
      : `${names[1]} where the score reaches ${shownThreshold(threshold)}, else ${names[0]}`;
  }
  return thresholds.map((threshold, stage) => `${names[stage]} accepted above ${shownThreshold(threshold)}`).join(', ');
}

/** One line a point: a bar from the worst to the best accuracy, the chosen one marked. */
function curveLines(
  { curve, thresholds, models }: CalibrationReport,
  names: readonly string[],
  columns: number,
): string[] {
  const isChosen = (point: CalibrationPoint) => JSON.stringify(point.thresholds) === JSON.stringify(thresholds);
  const shown = thinned(curve, isChosen);
  const all = curve.map(({ accuracy }) => accuracy);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const bar = (accuracy: number) =>
    '█'.repeat(Math.max(1, Math.round(((accuracy - least) / (most - least || 1)) * BAR_COLUMNS)));
  const last = models.length - 1;
  const hasBars = columns >= BARS_FROM_COLUMNS;
  const header = [
    '    threshold',
    'right',
    'an item',
    hasBars ? `${names[last]} asked` : 'asked',
    ...(hasBars ? [''] : []),
  ];
  const rows = shown.map((point) => [
    `  ${isChosen(point) ? '▸' : ' '} ${point.thresholds.map(shownThreshold).join(' ') || 'none'}`,
    shownPercent(point.accuracy),
    shownMoney(point.costUsd),
    shownPercent(point.asked[last] ?? 0),
    ...(hasBars ? [bar(point.accuracy)] : []),
  ]);
  const left = curve.length - shown.length;
  return [...table([header, ...rows], columns), ...(left > 0 ? [`    and ${shownCount(left)} more (--json)`] : [])];
}

/** Points spread evenly over the curve, with its ends and the chosen one. */
function thinned(
  curve: readonly CalibrationPoint[],
  isChosen: (point: CalibrationPoint) => boolean,
): CalibrationPoint[] {
  if (curve.length <= MOST_POINTS) return [...curve];
  const step = (curve.length - 1) / (MOST_POINTS - 1);
  const kept = new Set(Array.from({ length: MOST_POINTS }, (_, index) => Math.round(index * step)));
  return curve.filter((point, index) => kept.has(index) || isChosen(point));
}

function shownThreshold(threshold: Threshold): string {
  const short = (value: number) => String(Number(value.toPrecision(4)));
  return typeof threshold === 'number' ? short(threshold) : `${short(threshold.above)}/${short(threshold.below)}`;
}
