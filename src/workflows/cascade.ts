import type { CascadeResult } from '../contracts/cascade.schema';
import type { GivenInput } from '../contracts/check-input.schema';
import type { InheritedContext } from '../contracts/step-activity';
import { CascadeRun } from './cascade-run';
import { servePattern } from './serve-pattern';

/**
 * Models in a row: the next one is asked where an answer is not good enough (`escalate`), or works on what the one before
 * made (`pipe`). Every stage that ran is in the result and in its usage. Fails with `AllRejected`, or with the failure of
 * a stage that the row can not go on without; its first detail is the result so far.
 */
export function cascade(input: GivenInput<'cascade'>, inherited?: InheritedContext): Promise<CascadeResult> {
  return servePattern(new CascadeRun(input, inherited));
}
