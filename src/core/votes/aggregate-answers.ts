import type { Decision } from '../../contracts/decision.schema';
import type { EnsembleInput } from '../../contracts/ensemble.schema';
import type { JsonValue } from '../../contracts/json';
import { byIndex } from './ballot';
import { decideAverage } from './decide-average';
import type { SeatAnswer } from './seat-answer';
import { answerOf, ballotOf, scoredBallots } from './seat-answer';
import type { VoteRule } from './vote';
import { decideCollect, decideVote } from './vote';

/** What an ensemble says in the end, and how it came to that. */
export type Aggregated = { value: JsonValue; decision: Decision };

export type AggregationRule = Pick<EnsembleInput, 'aggregation' | 'tieBreak' | 'minVotes'> & {
  /** The answer of the window that agreed. */
  windowAnswer?: string | undefined;
};

/** How votes are counted, also by the rules that stop early. */
export function voteRuleOf(aggregation: EnsembleInput['aggregation']): VoteRule {
  if (aggregation === 'majority') return 'majority';
  return aggregation === 'weighted_vote' ? 'weighted' : 'plurality';
}

/** The aggregations that need nobody's opinion: votes, averages, and all answers as they are. */
export function aggregateAnswers(
  answers: readonly SeatAnswer[],
  { aggregation, tieBreak, minVotes, windowAnswer }: AggregationRule,
): Aggregated {
  if (aggregation === 'average' || aggregation === 'median') {
    const { numbers, scores, decision } = decideAverage(scoredBallots(answers), aggregation, minVotes);
    return { value: (scores?.result as JsonValue | undefined) ?? numbers?.value ?? null, decision };
  }
  const ballots = answers.map(ballotOf);
  if (aggregation === 'collect') {
    const valid = byIndex(answers).filter((answer) => ballotOf(answer).status === 'valid');
    return { value: valid.map(answerOf), decision: decideCollect(ballots, minVotes).decision };
  }
  const rule = voteRuleOf(aggregation);
  const { winner, decision } = decideVote(ballots, { rule, tieBreak, minVotes, windowAnswer });
  return { value: winner === undefined ? null : answerOf(answers.find(({ index }) => index === winner)), decision };
}
