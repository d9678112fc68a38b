import type { EnsembleInput } from '../contracts/ensemble.schema';
import type { JsonValue } from '../contracts/json';
import type { ReaderQuestion } from '../contracts/model-call';
import type { Aggregated } from '../core/votes/aggregate-answers';
import { plainAnswer } from '../core/votes/counted-output';
import { planLayer } from '../core/votes/mixture';
import type { SeatAnswer } from '../core/votes/seat-answer';
import { answerOf, ballotOf, saidBy } from '../core/votes/seat-answer';
import { seatsOf } from '../core/votes/seats';
import { decideCollect } from '../core/votes/vote';
import { readOnce } from './ask-reader';
import type { SeatCalls } from './ask-seat';
import { askSeat } from './ask-seat';
import { throwIfCancelled } from './throw-if-cancelled';

/**
 * Mixture-of-Agents (Wang et al. 2024): layers of proposers, each shown what the layer before said, then one aggregator.
 * Where all proposers of a layer agree there is nothing left to aggregate. A layer without a valid answer hands on what
 * it was shown.
 */
export async function mixAnswers(
  first: readonly SeatAnswer[],
  { aggregator, layers, maxReferenceCharacters }: NonNullable<EnsembleInput['mixture']>,
  calls: SeatCalls,
): Promise<Aggregated> {
  const { decision } = decideCollect(first.map(ballotOf), calls.plan.input.minVotes);
  const decided = (value: JsonValue): Aggregated => ({ value, decision: { ...decision, outcome: 'decided' } });
  let answers = first;
  let plan = planLayer(answers.map(ballotOf));
  const questionOf = (): ReaderQuestion => ({
    kind: 'references',
    answers: plan.show.map((index) => saidBy(answers.find((answer) => answer.index === index))),
    maxCharacters: maxReferenceCharacters,
  });
  for (let layer = 2; layer < layers && plan.agreed === undefined; layer += 1) {
    const next = await askLayer(`layer ${layer}`, questionOf(), calls);
    const nextPlan = planLayer(next.map(ballotOf));
    if (nextPlan.show.length > 0) [answers, plan] = [next, nextPlan];
  }
  const agreed = plan.agreed;
  if (agreed !== undefined) return decided(answerOf(answers.find(({ index }) => index === agreed)));
  const { result } = await readOnce('aggregator', questionOf(), aggregator, calls);
  return decided(plainAnswer(result) ?? null);
}

async function askLayer(name: string, question: ReaderQuestion, calls: SeatCalls): Promise<SeatAnswer[]> {
  const seats = seatsOf(calls.plan.input.members);
  const answers = await Promise.all(seats.map((seat) => askSeat(seat, calls, { name, question })));
  throwIfCancelled();
  calls.book.end(name, 'completed');
  return answers;
}
