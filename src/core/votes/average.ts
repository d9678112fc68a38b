import type { ClassificationResult } from '../../contracts/model';

export type Averaging = 'average' | 'median';

/**
 * The mean or median of numbers, summed in the order given (so: by index). An even median is the mean of the middle two.
 * Undefined for none. What is not a finite number is left out, as a missing score must not count as 0.
 */
export function averageOf(values: readonly number[], how: Averaging): number | undefined {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return undefined;
  if (how === 'average') return meanOf(finite);
  const sorted = [...finite].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : meanOf([sorted[middle - 1] as number, upper]);
}

/** Numbers whose sum no double holds still have a mean. */
function meanOf(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  if (Number.isFinite(sum)) return sum / values.length;
  return values.reduce((mean, value) => mean + value / values.length, 0);
}

/** Numbers in one figure, with how far they lie apart. */
export type AveragedNumbers = { value: number; least: number; most: number; counted: number };

/** The mean or median with its range; undefined where there is no number. */
export function averageNumbers(values: readonly number[], how: Averaging): AveragedNumbers | undefined {
  const value = averageOf(values, how);
  const finite = values.filter(Number.isFinite);
  if (value === undefined) return undefined;
  const least = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const most = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  return { value, least, most, counted: finite.length };
}

/** Scores of one label, over members. */
export type AveragedScores = {
  result: ClassificationResult;
  /** The lead of the first label over the second. */
  margin: number;
  /** Labels that share the highest score, in the order in which they first appeared; the first of them is predicted. */
  tied: string[];
};

/**
 * Soft voting: each label's mean or median score over the members that scored, by index, and the label with the highest.
 * A label that a member does not know has the score 0 there. Members without any score are left out; undefined where
 * that is all of them.
 */
export function averageScores(
  results: readonly Pick<ClassificationResult, 'scores'>[],
  how: Averaging,
): AveragedScores | undefined {
  const scoring = results.map(({ scores }) => new Map(Object.entries(scores))).filter((scores) => scores.size > 0);
  const labels = [...new Set(scoring.flatMap((scores) => [...scores.keys()]))];
  const averaged = labels.map((label) => {
    const values = scoring.map((scores) => scores.get(label) ?? 0);
    return { label, score: averageOf(values, how) ?? 0 };
  });
  const ranked = [...averaged].sort((a, b) => b.score - a.score);
  const top = ranked[0];
  if (!top) return undefined;
  const tied = averaged.filter(({ score }) => top.score - score <= 1e-9).map(({ label }) => label);
  return {
    result: {
      prediction: tied[0] as string,
      score: top.score,
      scores: Object.fromEntries(averaged.map(({ label, score }) => [label, score])),
    },
    margin: tied.length > 1 ? 0 : top.score - (ranked[1]?.score ?? 0),
    tied,
  };
}
