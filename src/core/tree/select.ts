import { seededRandom } from '../seeded-random';

/** A candidate as selection sees it. `score` is null where nothing of its evaluation could be parsed. */
export type Candidate = { id: number; score: number | null };

/** What was chosen, best first; `tie` where the last one in and the first one out have the same score. */
export type Selected = { chosen: number[]; tie: boolean };

/** Best score first; of equals the earlier one; those without a score last. */
export function byScore<C extends Candidate>(candidates: readonly C[]): C[] {
  // Array.prototype.sort is stable: ties keep their order.
  return [...candidates].sort((a, b) => (a.score === b.score ? 0 : (b.score ?? -Infinity) - (a.score ?? -Infinity)));
}

/** The beam's greedy choice (Yao et al. 2023, algorithm 1): the best, ties to the earlier. */
export function selectGreedy(candidates: readonly Candidate[], beamWidth: number): Selected {
  const ordered = byScore(candidates);
  const last = ordered[beamWidth - 1];
  const next = ordered[beamWidth];
  const chosen = ordered.slice(0, beamWidth).map(({ id }) => id);
  return { chosen, tie: last !== undefined && next !== undefined && last.score === next.score };
}

/**
 * A choice by chance, each candidate as likely as its share of the scores, none twice; a seed and the level decide it.
 * Scores of zero or less, and missing ones, are chosen only when no other is left, the earlier first.
 */
export function selectSampled(
  candidates: readonly Candidate[],
  beamWidth: number,
  seed: number,
  level: number,
): Selected {
  const random = seededRandom(seed, level);
  const left = candidates.map(({ id, score }) => ({ id, weight: Math.max(0, score ?? 0) }));
  const chosen: number[] = [];
  while (chosen.length < beamWidth && left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    let rest = random() * total;
    let taken = 0;
    for (const [place, { weight }] of left.entries()) {
      if (weight === 0) continue;
      // Where rounding leaves a little over, it is the last one that has a weight.
      taken = place;
      if ((rest -= weight) < 0) break;
    }
    chosen.push(...left.splice(taken, 1).map(({ id }) => id));
  }
  return { chosen, tie: false };
}
