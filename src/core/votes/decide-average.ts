import type { Decision } from '../../contracts/decision.schema';
import type { ClassificationResult } from '../../contracts/model';
import type { Ballot } from './ballot';
import { byIndex, countBallots } from './ballot';
import type { AveragedNumbers, AveragedScores, Averaging } from './average';
import { averageNumbers, averageScores } from './average';

/** A ballot with the scores behind it: a number, or one for each label. */
export type ScoredBallot = Ballot & { value?: number; scores?: ClassificationResult['scores'] };

export type DecidedAverage = {
  numbers?: AveragedNumbers;
  scores?: AveragedScores;
  decision: Decision;
};

/**
 * The average or median over valid ballots, by index: of label scores where every ballot has them, else of numbers. A
 * valid ballot without a finite score can not be averaged: give it as `unparsed`.
 * The record's votes are the labels' scores; of numbers there are none, `share` is 1 and `margin` 0.
 */
export function decideAverage(ballots: readonly ScoredBallot[], how: Averaging, minVotes = 1): DecidedAverage {
  const counts = countBallots(ballots);
  const base = { votes: {}, ranking: [], share: 0, margin: 0, tie: false, ...counts };
  const valid = byIndex(ballots).filter(({ status }) => status === 'valid');
  if (valid.length < Math.max(1, minVotes)) return { decision: { outcome: 'too_few_votes', ...base } };
  const labelled = valid.map(({ scores }) => scores);
  const scores = labelled.every((entry) => entry !== undefined)
    ? averageScores(
        labelled.map((entry) => ({ scores: entry })),
        how,
      )
    : undefined;
  if (scores) return { scores, decision: scoresRecord(valid, scores, base) };
  const numbers = averageNumbers(
    valid.map(({ value }) => value ?? NaN),
    how,
  );
  if (!numbers) return { decision: { outcome: 'too_few_votes', ...base } };
  return { numbers, decision: { outcome: 'decided', ...base, share: 1 } };
}

function scoresRecord(
  valid: readonly ScoredBallot[],
  { result, margin, tied }: AveragedScores,
  base: Omit<Decision, 'outcome'>,
): Decision {
  const ranked = Object.entries(result.scores).sort(([, a], [, b]) => b - a);
  const total = ranked.reduce((sum, [, score]) => sum + Math.abs(score), 0);
  const ranking = ranked.map(([answer, score]) => {
    const ballots = valid.filter((ballot) => predicted(ballot) === answer).map(({ index }) => index);
    return { answer, score, votes: ballots.length, weight: score, ballots };
  });
  return {
    ...base,
    outcome: 'decided',
    votes: Object.fromEntries(ranked),
    ranking,
    share: total === 0 ? 0 : result.score / total,
    margin,
    tie: tied.length > 1,
    ...(tied.length > 1 && { tieBrokenBy: 'first' as const }),
  };
}

/** The label that a ballot scored highest, the first of equals. */
function predicted({ scores = {} }: ScoredBallot): string | undefined {
  let best: [string, number] | undefined;
  for (const entry of Object.entries(scores)) if (!best || entry[1] > best[1]) best = entry;
  return best?.[0];
}
