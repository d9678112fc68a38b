import type { Client } from '@temporalio/client';
import type { Amounts } from '../contracts/budget';
import type { WindowState } from '../contracts/window-budget';
import { BUDGET_LEDGER_WORKFLOW, MEMO_OUTCOME, TASK_QUEUE } from '../contracts/names';
import { showAmounts } from '../core/budget/budget-report';
import { windowName } from '../core/budget/window-budgets';
import { windowAt } from '../core/budget/windows';
import { withReadableMemo } from './readable-memo';

type Shown = { usd?: number; tokens?: number; calls?: number };

/**
 * A budget by label and window as its ledger last said. What Workers have leased is for their next calls, or lost with
 * one that died; with `spent` and `left` it makes up the cap.
 */
export type BudgetSummary = {
  budget: string;
  label: string;
  value: string;
  window: string;
  startsAt: string;
  nextAt: string;
  cap: Shown;
  spent: Shown;
  leased: Shown;
  left: Shown;
  refused: number;
};

/** Every budget that some call has drawn on, by name; of a window that nobody has drawn on yet, all is left. */
export async function listBudgets(client: Client): Promise<BudgetSummary[]> {
  const query = `TaskQueue = '${TASK_QUEUE}' AND WorkflowType = '${BUDGET_LEDGER_WORKFLOW}' AND ExecutionStatus = 'Running'`;
  const found: BudgetSummary[] = [];
  for await (const { memo } of withReadableMemo(client).workflow.list({ query })) {
    const last = (memo?.[MEMO_OUTCOME] as WindowState[] | null | undefined)?.at(-1);
    if (last) found.push(summaryOf(last, Date.now()));
  }
  return found.sort((one, other) => (one.budget < other.budget ? -1 : 1));
}

function summaryOf(state: WindowState, now: number): BudgetSummary {
  const { label, value, window, caps } = state;
  const { start, end } = windowAt(window, now);
  const isOpen = state.start >= start;
  const of = (amounts: Amounts): Shown => showAmounts(isOpen ? amounts : NOTHING);
  return {
    budget: windowName(state),
    label,
    value,
    window,
    startsAt: new Date(isOpen ? state.start : start).toISOString(),
    nextAt: new Date(isOpen ? state.end : end).toISOString(),
    cap: showAmounts(caps),
    spent: of(state.spent),
    leased: of(state.leased),
    left: showAmounts(isOpen ? state.left : caps),
    refused: isOpen ? state.refused : 0,
  };
}

const NOTHING: Amounts = { costNanoUsd: 0, tokens: 0, calls: 0 };
