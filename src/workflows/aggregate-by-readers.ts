import type { EnsembleInput } from '../contracts/ensemble.schema';
import type { ReaderQuestion } from '../contracts/model-call';
import type { Aggregated } from '../core/votes/aggregate-answers';
import { byIndex } from '../core/votes/ballot';
import { plainAnswer } from '../core/votes/counted-output';
import { decideRanked } from '../core/votes/decide-ranked';
import type { Judgement } from '../core/votes/judge';
import { comparisonsOf, decideJudged } from '../core/votes/judge';
import type { SeatAnswer } from '../core/votes/seat-answer';
import { answerOf, ballotOf, saidBy } from '../core/votes/seat-answer';
import { decideChosen } from '../core/votes/vote';
import type { Reader } from './ask-reader';
import { askReader, endReading, readOnce } from './ask-reader';
import type { SeatCalls } from './ask-seat';
import type { Called } from './model-caller';
import { mixAnswers } from './mix-answers';
import { throwIfCancelled } from './throw-if-cancelled';

/**
 * The aggregations for which models are asked about the members' answers; undefined for the others.
 * @throws CadenzaError the reader's failure, where it gives no answer at all
 */
export async function aggregateByReaders(
  answers: readonly SeatAnswer[],
  calls: SeatCalls,
): Promise<Aggregated | undefined> {
  const { aggregation, judge, fuse, mixture } = calls.plan.input;
  if (aggregation === 'judge' && judge) return judged(answers, judge, calls);
  if (aggregation === 'rank_and_fuse' && judge && fuse) return ranked(answers, judge, fuse, calls);
  if (aggregation === 'universal_self_consistency' && judge) return chosen(answers, judge, calls);
  if (aggregation === 'mixture_of_agents' && mixture) return mixAnswers(answers, mixture, calls);
  return undefined;
}

async function judged(answers: readonly SeatAnswer[], judge: Reader, calls: SeatCalls): Promise<Aggregated> {
  const { tieBreak, minVotes } = calls.plan.input;
  const judgements = await compare(answers, judge, calls);
  const { winner, decision } = decideJudged(answers.map(ballotOf), judgements, { tieBreak, minVotes });
  return { value: winner === undefined ? null : answerOf(at(answers, winner)), decision };
}

/** The best of a ranking by pairs, fused into one text where there is more than one. */
async function ranked(
  answers: readonly SeatAnswer[],
  judge: Reader,
  fuse: NonNullable<EnsembleInput['fuse']>,
  calls: SeatCalls,
): Promise<Aggregated> {
  const { tieBreak, minVotes } = calls.plan.input;
  const { ranking, top } = fuse;
  const judgements = await compare(answers, judge, calls);
  const options = { ranking, top, tieBreak, minVotes };
  const { fuse: best, decision } = decideRanked(answers.map(ballotOf), judgements, options);
  if (best.length < 2) return { value: answerOf(at(answers, best[0] ?? -1)), decision };
  const said = best.map((index) => saidBy(at(answers, index)));
  const outcome = await readOnce('fuse', { kind: 'fuse', answers: said }, fuse, calls);
  return { value: plainAnswer(outcome.result) ?? null, decision };
}

async function chosen(answers: readonly SeatAnswer[], judge: Reader, calls: SeatCalls): Promise<Aggregated> {
  const { minVotes } = calls.plan.input;
  const ballots = answers.map(ballotOf);
  const valid = byIndex(answers).filter((answer) => ballotOf(answer).status === 'valid');
  const question: ReaderQuestion = { kind: 'choose', answers: valid.map(saidBy) };
  // Where there is one answer only, there is nothing to choose.
  const says = valid.length < 2 ? undefined : (await readOnce('judge', question, judge, calls)).says;
  const { winner, decision } = decideChosen(ballots, valid[says?.chosen ?? 0]?.index ?? -1, minVotes);
  return { value: winner === undefined ? null : answerOf(at(answers, winner)), decision };
}

/** Every pair of different answers in both orders, side by side. A verdict that fails counts as none. */
async function compare(answers: readonly SeatAnswer[], judge: Reader, calls: SeatCalls): Promise<Judgement[]> {
  const pairs = comparisonsOf(answers.map(ballotOf));
  if (pairs.length === 0) return [];
  const asked = await Promise.all(
    pairs.map(({ first, second }) => {
      const shown = [saidBy(at(answers, first)), saidBy(at(answers, second))];
      return askReader('judge', `judge[${first}][${second}]`, { kind: 'judge', answers: shown }, judge, calls);
    }),
  );
  throwIfCancelled();
  const failures = asked.flatMap((one) => (one.ok ? [] : [one.error]));
  endReading('judge', failures.length === asked.length ? failures[0] : undefined, calls);
  return pairs.map((pair, index) => {
    const one = asked[index] as Called;
    return { ...pair, verdict: one.ok ? (one.outcome.says?.verdict ?? 'invalid') : 'invalid' };
  });
}

function at(answers: readonly SeatAnswer[], index: number): SeatAnswer | undefined {
  return answers.find((answer) => answer.index === index);
}
