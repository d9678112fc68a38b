import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { SharedPlan, InheritedContext, RunIdentity } from '../contracts/step-activity';
import type { BudgetReport } from '../contracts/usage.schema';
import { budgetReport } from '../core/budget/budget-report';
import type { GivenBudget } from '../core/budget/budget-scopes';
import { budgetScopes } from '../core/budget/budget-scopes';
import { system } from './activity-proxies';

type Plan = SharedPlan & { tenant: string; budget?: GivenBudget | undefined };

/** Whose journal a pattern's calls are in, and which budgets they draw on: those of the run that started it, and its own. */
export function runIdentity(
  { tenant, budget, budgetLabels }: Plan,
  inherited: InheritedContext | undefined,
): RunIdentity {
  const { workflowId, firstExecutionRunId, startTime } = workflowInfo();
  const labels = budgetLabels ? { labels: budgetLabels } : {};
  const run = inherited?.journal ?? { workflowId, firstRunId: firstExecutionRunId, tenant, ...labels };
  const budgets = budgetScopes(run.budgets, budget, inherited?.stepPrefix ?? '', startTime.getTime());
  return budgets.length > 0 ? { ...run, budgets } : run;
}

/** What became of a pattern's own budget; nothing where it has none. Asked also after a cancel. */
export async function readBudget(
  { budget }: Plan,
  run: RunIdentity,
  scope: string,
): Promise<{ budget?: BudgetReport }> {
  if (!budget) return {};
  const state = await CancellationScope.nonCancellable(() => system.readBudget(run, scope)).catch(() => undefined);
  return state ? { budget: budgetReport(state, budget) } : {};
}
