import type { Amounts } from '../contracts/budget';
import type { Lease, LeaseRequest, LedgerReport, WindowBudget } from '../contracts/window-budget';

/** Why a call does not fit: the budget, the amount that is short, what is left of it, and when the next window starts. */
export type WindowRefusal = {
  budget: WindowBudget;
  short: keyof Amounts;
  left: number;
  needed: number;
  opensAt: number;
};

/**
 * Budgets by label and window, over all runs and Workers. Workers hold blocks of them in memory, so that a call normally
 * waits for nothing; what a block has is leased from a durable ledger before, so that no cap is ever exceeded.
 */
export interface WindowBudgets {
  /** The labels of a run that some budget is about: what the run's calls bring along. */
  labelsOf(labels: Readonly<Record<string, string>> | undefined): Record<string, string> | undefined;
  /** The budgets that a run falls under by those labels. */
  budgetsOf(labels: Readonly<Record<string, string>> | undefined): WindowBudget[];
  /**
   * Holds a call's worst case in all of these budgets, or in none: then it says why.
   * @throws CadenzaError `BudgetUnavailable` where a ledger has to be asked and does not answer
   */
  reserve(budgets: readonly WindowBudget[], id: string, worst: Amounts): Promise<WindowRefusal | undefined>;
  /** What the call cost; left out, nobody knows, and it counts at its worst case. A second word changes nothing. */
  settle(id: string, actual?: Amounts): void;
  /** Returns what is left of every block. Nothing may be reserved after it. */
  close(): Promise<void>;
}

/** How a Worker speaks to the ledgers. Both reject where that is not possible. */
export type LedgerConnection = {
  lease(budget: WindowBudget, request: LeaseRequest): Promise<Lease>;
  /** Returns when it will not be lost. */
  report(budget: WindowBudget, message: LedgerReport): Promise<void>;
};
