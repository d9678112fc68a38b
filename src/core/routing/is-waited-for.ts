import type { FailureType } from '../../contracts/failures';

const WAITED_FOR: readonly FailureType[] = ['BudgetWindowFull', 'ProviderTurn', 'ProviderPaused'];

/** True for what the Workflow waits for and asks again: no failure of the call, and no attempt. */
export function isWaitedFor(failure: FailureType): boolean {
  return WAITED_FOR.includes(failure);
}
