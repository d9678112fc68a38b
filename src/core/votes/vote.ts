import type { TieBreak } from '../../contracts/answers.schema';
import type { Ballot } from './ballot';
import { decide } from './decide';
import type { Decided } from './decide';
import type { AnswerGroup } from './tally';

/** `plurality`: the most votes. `majority`: more than half of the valid ones. `weighted`: the most weight. */
export type VoteRule = 'plurality' | 'majority' | 'weighted';

export type VoteOptions = {
  rule: VoteRule;
  tieBreak?: TieBreak;
  minVotes?: number;
  /** The answer of the window that agreed: it wins, whatever the windows before it said (ESC, Li et al. 2024). */
  windowAnswer?: string | undefined;
};

/** What a group of equal answers has under a rule: votes, or weight. */
export function unitOf(rule: VoteRule): (group: AnswerGroup) => number {
  return rule === 'weighted' ? ({ weight }) => weight : ({ votes }) => votes;
}

/**
 * A vote on extracted answers: self-consistency (Wang et al. 2022) where the ballots are samples of one model, More Agents
 * (Li et al. 2024) where they come from many. Weights count under `weighted` and, where asked for, in ties. Beside the
 * reference implementations, an answer that is none never counts, and a tie is reported with how it was broken.
 */
export function decideVote(ballots: readonly Ballot[], options: VoteOptions): Decided {
  const { rule, tieBreak, minVotes, windowAnswer } = options;
  const decided = decide(ballots, { score: unitOf(rule), tieBreak, minVotes, majority: rule === 'majority' });
  const agreed = decided.decision.ranking.find(({ answer }) => answer === windowAnswer);
  if (!agreed || decided.decision.outcome === 'too_few_votes') return decided;
  // The record goes on to show all votes, so that a reader sees where the window went against them.
  const { tieBrokenBy: _, ...record } = decided.decision;
  return {
    winner: agreed.ballots[0] as number,
    key: agreed.answer,
    decision: { ...record, outcome: 'decided', wonBy: 'window' },
  };
}

/** How the answers lie where every one of them is the result: nothing wins. */
export function decideCollect(ballots: readonly Ballot[], minVotes?: number): Decided {
  return decide(ballots, { score: unitOf('plurality'), minVotes, collect: true });
}
