import type { ApprovalDecision, BudgetDecision } from '../contracts/pipeline-messages';
import type { BudgetGate } from './budget-gate';
import { refuseUpdate } from './refuse-update';

/** Whether a decision, which may be anything, is about the budget, not about a step. */
export function isBudgetDecision(decision: ApprovalDecision | BudgetDecision): decision is BudgetDecision {
  return (decision as Partial<BudgetDecision> | null | undefined)?.budget !== undefined;
}

/** For the validator. @throws ApplicationFailure where the decision makes no sense now */
export function checkBudgetDecision(decision: ApprovalDecision | BudgetDecision, gate: BudgetGate | undefined): void {
  if (!isBudgetDecision(decision)) refuseUpdate('step', 'the run has no steps that wait for approval');
  if (!gate) return refuseUpdate('budget', 'nothing waits for a decision about the budget');
  gate.check(decision as BudgetDecision);
}
