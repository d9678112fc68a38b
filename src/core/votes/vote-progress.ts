import type { VoteProgress } from '../../contracts/run';
import type { Ballot } from './ballot';
import { validBallots } from './ballot';
import { tally } from './tally';

/** Longer than this an answer is a text, not a name. */
const ANSWER_CHARACTERS = 40;
const MOST_ANSWERS = 10;

/** How the votes of an ensemble lie so far. */
export function voteProgress(
  ballots: readonly Ballot[],
  { seats, asked }: { seats: number; asked: number },
): VoteProgress {
  const valid = validBallots(ballots);
  const groups = tally(valid).map(({ key, votes }, index) => ({
    answer: key.length > ANSWER_CHARACTERS ? `answer ${index + 1}` : key,
    votes,
  }));
  const ranking = groups.sort((one, other) => other.votes - one.votes).slice(0, MOST_ANSWERS);
  return { seats, asked, valid: valid.length, ranking };
}
