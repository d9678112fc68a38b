import type { Amounts, BudgetScope } from '../contracts/budget';
import { CadenzaError } from '../contracts/failures';
import type { PinnedModel } from '../contracts/model';
import type { WindowBudget } from '../contracts/window-budget';
import { NO_AMOUNTS } from '../core/budget/amounts';
import { budgetField, describeRefusal, describeWindowRefusal } from '../core/budget/describe-refusal';
import { windowField } from '../core/budget/window-budgets';
import type { WindowBudgets, WindowRefusal } from '../budgets/window-budgets';
import type { BudgetLedger, LedgerRun } from '../store/budget-ledger';

/** One call against the budgets that it draws on. */
export type BudgetHold = {
  /**
   * On disk when it returns. @throws CadenzaError `BudgetExceeded`, `BudgetWindowFull` where the call is to wait for the
   * next window, `BudgetUnavailable`; nothing is reserved then
   */
  reserve(call: { id: string; key: string; worst: Amounts }): Promise<void>;
  /** What the call cost; left out, nobody knows, and it counts at its worst case. */
  settle(id: string, actual?: Amounts): Promise<void>;
  /** Milliseconds until no budget has time left; undefined where none is bounded. */
  timeLeft(): number | undefined;
  /** @throws CadenzaError `BudgetExceeded` where the time of a budget has passed */
  checkTime(): void;
};

export type HoldOptions = {
  ledger: BudgetLedger;
  run: LedgerRun;
  scopes: readonly BudgetScope[];
  /** The budgets by label and window that the run falls under. */
  windows?: { of: readonly WindowBudget[]; book: WindowBudgets } | undefined;
  step: string;
  model: PinnedModel;
};

/** The hold of a call of a run that has budgets. */
export function createBudgetHold({ ledger, run, scopes, windows, step, model }: HoldOptions): BudgetHold {
  const ends = scopes.flatMap(({ until }) => (until === undefined ? [] : [until]));
  const reserveInRun = async ({ id, key, worst }: Parameters<BudgetHold['reserve']>[0]) => {
    if (scopes.length === 0) return;
    const lines = scopes.map(({ scope, caps }) => ({ scope, caps }));
    const refusal = await ledger.reserve(run, { id, key, step, model: model.name, worst, scopes: lines });
    if (!refusal) return;
    throw new CadenzaError('BudgetExceeded', describeRefusal(refusal, model.name), {
      field: budgetField(refusal.scope),
    });
  };
  const hold: BudgetHold = {
    async reserve(call) {
      hold.checkTime();
      const refusal = await windows?.book.reserve(windows.of, call.id, call.worst);
      if (refusal) throw windowFailure(refusal, model, Math.min(...ends));
      try {
        await reserveInRun(call);
      } catch (error) {
        windows?.book.settle(call.id, NO_AMOUNTS);
        throw error;
      }
    },
    async settle(id, actual) {
      windows?.book.settle(id, actual);
      if (scopes.length > 0) await ledger.settle(run, id, actual);
    },
    timeLeft: () => (ends.length === 0 ? undefined : Math.min(...ends) - Date.now()),
    checkTime() {
      const over = scopes.find(({ until }) => until !== undefined && until <= Date.now());
      if (!over) return;
      throw new CadenzaError('BudgetExceeded', 'the time of the budget has passed', { field: budgetField(over.scope) });
    },
  };
  return hold;
}

/** A window that opens after the run's own time has passed is not waited for. */
function windowFailure(refusal: WindowRefusal, { name }: PinnedModel, until: number): CadenzaError {
  const { budget, opensAt } = refusal;
  const waits = budget.atCap === 'wait' && opensAt < until;
  return new CadenzaError(waits ? 'BudgetWindowFull' : 'BudgetExceeded', describeWindowRefusal(refusal, name), {
    field: windowField(budget.name),
  });
}
