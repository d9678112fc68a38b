import { CadenzaError } from '../../contracts/failures';
import { shown } from '../../contracts/nearest-name';
import type { Ballot } from './ballot';
import { byIndex, countBallots } from './ballot';

/** Members named one by one in the message; the others are counted. */
const MOST_NAMED = 20;

/**
 * The failure of an ensemble that too few members answered: it names what became of each. `problems` are failure types by
 * index (`RateLimited`), never messages, which could hold what a provider said.
 */
export function tooFewAnswers(
  ballots: readonly Ballot[],
  minVotes: number,
  problems: Readonly<Record<number, string>> = {},
): CadenzaError {
  const without = byIndex(ballots).filter(({ status }) => status !== 'valid');
  const named = without.slice(0, MOST_NAMED).map((ballot) => {
    const what = ballot.status === 'invalid' ? ballot.reason : (problems[ballot.index] ?? ballot.status);
    const sample = ballot.sample > 0 ? ` sample ${ballot.sample}` : '';
    return `member ${ballot.member}${ballot.model === undefined ? '' : ` (${shown(ballot.model)})`}${sample}: ${what}`;
  });
  const more = without.length > MOST_NAMED ? `; and ${without.length - MOST_NAMED} more` : '';
  const { valid } = countBallots(ballots);
  return new CadenzaError(
    'TooFewAnswers',
    `${valid} valid answer${valid === 1 ? '' : 's'} of ${ballots.length}, minVotes is ${minVotes}; ${named.join('; ')}${more}`,
  );
}
