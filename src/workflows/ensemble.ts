import type { GivenInput } from '../contracts/check-input.schema';
import type { EnsembleResult } from '../contracts/ensemble.schema';
import type { InheritedContext } from '../contracts/step-activity';
import { EnsembleRun } from './ensemble-run';
import { servePattern } from './serve-pattern';

/**
 * Many models, or many samples of one, side by side, and one answer of theirs. Members that fail are reported and
 * tolerated down to `minVotes`; fewer end the run with `TooFewAnswers`, which names what became of each. Where the answer
 * is certain early, the rest is cancelled.
 */
export function ensemble(input: GivenInput<'ensemble'>, inherited?: InheritedContext): Promise<EnsembleResult> {
  return servePattern(new EnsembleRun(input, inherited));
}
