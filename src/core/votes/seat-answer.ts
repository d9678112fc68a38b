import type { EnsembleInput, EnsembleResult } from '../../contracts/ensemble.schema';
import type { FailureInfo } from '../../contracts/failures';
import type { JsonValue } from '../../contracts/json';
import type { CountedAnswer } from '../../contracts/model-call';
import type { CallUsage } from '../../contracts/usage';
import { showCounts, totalOf } from '../usage';
import type { Ballot, Seat } from './ballot';
import { byIndex } from './ballot';
import { plainAnswer } from './counted-output';
import type { ScoredBallot } from './decide-average';

/** How a seat of an ensemble ended. `usage` is absent where the call was cut off. */
export type SeatAnswer = Seat &
  (
    | { status: 'counted'; result: JsonValue; counted: CountedAnswer; usage: CallUsage; answeredBy?: string }
    | { status: 'failed'; error: FailureInfo; usage?: CallUsage }
    | { status: 'cancelled' }
  );

/** The ballot that a seat's answer is. */
export function ballotOf(answer: SeatAnswer): ScoredBallot {
  const { index, member, sample, model, weight } = answer;
  const seat: Seat = { index, member, sample, model, ...(weight === undefined ? {} : { weight }) };
  if (answer.status !== 'counted') return { ...seat, status: answer.status };
  const { counted } = answer;
  if (counted.status === 'invalid') return { ...seat, status: 'invalid', reason: counted.reason };
  const { key, value, scores } = counted;
  return {
    ...seat,
    status: 'valid',
    key,
    ...(value === undefined ? {} : { value }),
    ...(scores === undefined ? {} : { scores }),
  };
}

/** The same ballots for an average: a valid one without a figure can not be counted. */
export function scoredBallots(answers: readonly SeatAnswer[]): ScoredBallot[] {
  const ballots = answers.map(ballotOf);
  const labelled = ballots.some(({ scores }) => scores !== undefined);
  return ballots.map((ballot) => {
    const has = labelled ? ballot.scores : ballot.value;
    if (ballot.status !== 'valid' || has !== undefined) return ballot;
    const { index, member, sample, model } = ballot;
    return { index, member, sample, model, status: 'invalid', reason: 'unparsed' } satisfies Ballot;
  });
}

/** The answer that counts; null where there is none. */
export function answerOf(answer: SeatAnswer | undefined): JsonValue {
  if (answer?.status !== 'counted' || answer.counted.status !== 'valid') return null;
  return answer.counted.answer ?? plainAnswer(answer.result) ?? answer.result;
}

/** All that a member said, for a reader: its text, else what counts of it. */
export function saidBy(answer: SeatAnswer | undefined): JsonValue {
  return answer?.status === 'counted' ? (plainAnswer(answer.result) ?? answerOf(answer)) : null;
}

/** What became of every seat that was asked, by index. */
export function individualResults(
  answers: readonly SeatAnswer[],
  members: EnsembleInput['members'],
): EnsembleResult['individualResults'] {
  return byIndex(answers).map((answer) => {
    const { member, sample, status } = answer;
    const base = { member, ...whoIs(members[member]), sample };
    if (status === 'cancelled') return { ...base, status };
    const used = answer.usage ? { usage: showCounts(totalOf(answer.usage)) as unknown as JsonValue } : {};
    if (status === 'failed') return { ...base, status, ...used };
    const { counted, result, answeredBy } = answer;
    const who = answeredBy === undefined ? base : { ...base, answeredBy };
    if (counted.status === 'valid') return { ...who, status: 'valid', answer: answerOf(answer), result, ...used };
    return { ...who, status: 'invalid', reason: counted.reason, ...(result === null ? {} : { result }), ...used };
  });
}

/** The failures of members, by index. */
export function memberFailures(answers: readonly SeatAnswer[], members: EnsembleInput['members']): JsonValue[] {
  return byIndex(answers).flatMap((answer) => {
    if (answer.status !== 'failed') return [];
    const { member, sample, error } = answer;
    return [{ member, ...whoIs(members[member]), sample, error: { type: error.type, message: error.message } }];
  });
}

function whoIs(member: EnsembleInput['members'][number] | undefined): { model?: string; pattern?: string } {
  if (member === undefined) return {};
  if (typeof member === 'string') return { model: member };
  return 'model' in member ? { model: member.model } : { pattern: member.pattern };
}
