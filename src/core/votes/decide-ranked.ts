import type { TieBreak } from '../../contracts/answers.schema';
import type { Ballot } from './ballot';
import { decide } from './decide';
import type { Decided } from './decide';
import type { PairRanking } from './rank-by-pairs';
import { rankByPairs } from './rank-by-pairs';
import type { Judgement } from './judge';

/**
 * The answers in the order that pairwise judgements give them, and which of them are fused: the best `top`, by ballot
 * index (Rank and Fuse: LLM-Blender, Jiang et al. 2023). The record's winner is the best ranked, which is the result
 * where a single answer is left and nothing needs to be fused.
 */
export function decideRanked(
  ballots: readonly Ballot[],
  judgements: readonly Judgement[],
  options: { ranking?: PairRanking; top?: number; tieBreak?: TieBreak; minVotes?: number } = {},
): Decided & { fuse: number[] } {
  const candidates = [...new Set(judgements.flatMap(({ first, second }) => [first, second]))].sort((a, b) => a - b);
  const place = new Map(candidates.map((ballot, index) => [ballot, index]));
  const preferences = candidates.map(() => candidates.map(() => 0));
  for (const { first, second, verdict } of judgements) {
    const row = preferences[place.get(first) as number];
    if (row) row[place.get(second) as number] = verdict === 'first' ? 1 : verdict === 'second' ? -1 : 0;
  }
  const order = rankByPairs(preferences, options.ranking);
  const scoreOf = new Map(order.map(({ candidate, score }) => [candidates[candidate], score]));
  const { tieBreak, minVotes } = options;
  const decided = decide(ballots, {
    tieBreak,
    minVotes,
    score: ({ ballots: [first] }) => scoreOf.get(first?.index) ?? 0,
  });
  const fuse = decided.decision.ranking.slice(0, options.top ?? 3).flatMap(({ ballots: [first] }) => first ?? []);
  return { ...decided, fuse };
}
