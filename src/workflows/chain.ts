import type { ChainResult } from '../contracts/chain.schema';
import type { GivenInput } from '../contracts/check-input.schema';
import type { InheritedContext } from '../contracts/step-activity';
import { ChainRun } from './chain-run';
import { servePattern } from './serve-pattern';

/**
 * Prompts one after the other, each filled from the input and the answers before it. Conditions leave steps out; gates go
 * on, stop or go back. Fails with the failure of the step that gave no answer that counts, its first detail the result
 * so far.
 */
export function chain(input: GivenInput<'chain'>, inherited?: InheritedContext): Promise<ChainResult> {
  return servePattern(new ChainRun(input, inherited));
}
