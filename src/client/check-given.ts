import type { ChainInput } from '../contracts/chain.schema';
import type { PatternInput } from '../contracts/check-input.schema';
import { checkInput } from '../contracts/check-input.schema';
import type { Pattern } from '../contracts/names';
import { checkChain } from '../core/chain/chain-input';

/**
 * An input in its normal form, checked as far as that needs no Worker: by its schema, and a chain's templates too.
 * @throws CadenzaError `InvalidInput` naming the field
 */
export function checkGiven<P extends Pattern>(pattern: P, given: unknown): PatternInput<P> {
  const checked = checkInput(pattern, given);
  if (pattern === 'chain') checkChain((checked as ChainInput).steps);
  return checked;
}
