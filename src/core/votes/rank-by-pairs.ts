/** What a pair ranker says: how much it prefers candidate i, shown first, to j; 0 where it can not say. */
export type PreferenceMatrix = readonly (readonly number[])[];

export type PairRanking = 'max_logits' | 'max_wins';

/** Candidates best first; equal scores in the order of their index. `rank` starts at 1, and equals share the better. */
export type RankedCandidate = { candidate: number; score: number; rank: number };

/**
 * The order of candidates by pairwise preferences in both orders (PairRanker of LLM-Blender, Jiang et al. 2023).
 * `max_logits`: sum over j of C[i][j] - C[j][i]. `max_wins`: how often i is preferred, over both orders.
 * The reference's `max_wins` adds a sum to a mean; here both orders count alike.
 */
export function rankByPairs(preferences: PreferenceMatrix, how: PairRanking = 'max_logits'): RankedCandidate[] {
  const scores = preferences.map((_, i) =>
    preferences.reduce((sum, __, j) => {
      if (i === j) return sum;
      const shownFirst = preferences[i]?.[j] ?? 0;
      const shownSecond = preferences[j]?.[i] ?? 0;
      if (how === 'max_logits') return sum + shownFirst - shownSecond;
      return sum + (shownFirst > 0 ? 1 : 0) + (shownSecond < 0 ? 1 : 0);
    }, 0),
  );
  return ranked(scores);
}

function ranked(scores: readonly number[]): RankedCandidate[] {
  const order = scores.map((score, candidate) => ({ candidate, score })).sort((a, b) => b.score - a.score);
  return order.map(({ candidate, score }) => ({
    candidate,
    score,
    rank: order.findIndex((other) => other.score === score) + 1,
  }));
}
