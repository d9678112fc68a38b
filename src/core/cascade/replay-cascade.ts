import type { Threshold } from '../../contracts/cascade.schema';
import { judgeScore } from './accept-stage';

/** A labelled item as every stage would answer it: by stage, the score, what the call costs, and how good the answer is. */
export type CascadeRow = {
  scores: readonly number[];
  costs: readonly number[];
  /** 1 for right, 0 for wrong, or any measure of quality. */
  quality: readonly number[];
};

export type CascadeReplay = {
  /** The stage whose answer each row ends with. */
  stages: number[];
  /** Mean over rows of what all asked stages cost, not only the one that was taken. */
  meanCost: number;
  meanQuality: number;
  /** Part of rows that each stage was asked for. */
  asked: number[];
};

/**
 * What a cascade does on a table of scores and costs: `thresholds` for every stage but the last, which is always taken.
 * Costs are those of every stage asked; a hopeless answer ends its row.
 */
export function replayCascade(rows: readonly CascadeRow[], thresholds: readonly Threshold[]): CascadeReplay {
  const count = thresholds.length + 1;
  const asked = Array.from({ length: count }, () => 0);
  const stages: number[] = [];
  let cost = 0;
  let quality = 0;
  for (const row of rows) {
    let stage = 0;
    for (; ; stage += 1) {
      asked[stage] = (asked[stage] ?? 0) + 1;
      cost += row.costs[stage] ?? 0;
      const threshold = thresholds[stage];
      if (threshold === undefined) break;
      if (judgeScore(row.scores[stage], threshold) !== 'deferred') break;
    }
    stages.push(stage);
    quality += row.quality[stage] ?? 0;
  }
  const part = (value: number) => (rows.length === 0 ? 0 : value / rows.length);
  return { stages, meanCost: part(cost), meanQuality: part(quality), asked: asked.map(part) };
}
