import type { TieBreak } from '../../contracts/answers.schema';
import type { Decision } from '../../contracts/decision.schema';
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
  return wonBy(decided, 'window', ({ answer }) => answer === windowAnswer);
}

/**
 * The answer of a ballot that a model chose among all (Universal Self-Consistency), by the ballot's index, with the votes
 * as they lie beside it. A ballot that is not valid can not be chosen: then the plurality stands.
 */
export function decideChosen(ballots: readonly Ballot[], chosen: number, minVotes?: number): Decided {
  const decided = decide(ballots, { score: unitOf('plurality'), minVotes });
  const won = wonBy(decided, 'choice', (entry) => entry.ballots.includes(chosen));
  return won.decision.wonBy === 'choice' ? { ...won, winner: chosen } : won;
}

/** The record goes on to show all votes, so that a reader sees where they were for another answer. */
function wonBy(
  decided: Decided,
  by: NonNullable<Decision['wonBy']>,
  isWinner: (entry: Decision['ranking'][number]) => boolean,
): Decided {
  const won = decided.decision.ranking.find(isWinner);
  if (!won || decided.decision.outcome === 'too_few_votes') return decided;
  const { tieBrokenBy: _, ...record } = decided.decision;
  return {
    winner: won.ballots[0] as number,
    key: won.answer,
    decision: { ...record, outcome: 'decided', wonBy: by },
  };
}

/** How the answers lie where every one of them is the result: nothing wins. */
export function decideCollect(ballots: readonly Ballot[], minVotes?: number): Decided {
  return decide(ballots, { score: unitOf('plurality'), minVotes, collect: true });
}
