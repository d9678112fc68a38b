import type { Amounts, BudgetScope } from '../contracts/budget';
import { CadenzaError } from '../contracts/failures';
import type { PinnedModel } from '../contracts/model';
import { budgetField, describeRefusal } from '../core/budget/describe-refusal';
import type { BudgetLedger, LedgerRun } from '../store/budget-ledger';

/** One call against the budgets that it draws on. */
export type BudgetHold = {
  /** On disk when it returns. @throws CadenzaError `BudgetExceeded`, and nothing is reserved */
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
  step: string;
  model: PinnedModel;
};

/** The hold of a call of a run that has budgets. */
export function createBudgetHold({ ledger, run, scopes, step, model }: HoldOptions): BudgetHold {
  const hold: BudgetHold = {
    async reserve({ id, key, worst }) {
      hold.checkTime();
      const lines = scopes.map(({ scope, caps }) => ({ scope, caps }));
      const refusal = await ledger.reserve(run, { id, key, step, model: model.name, worst, scopes: lines });
      if (!refusal) return;
      throw new CadenzaError('BudgetExceeded', describeRefusal(refusal, model.name), {
        field: budgetField(refusal.scope),
      });
    },
    settle: (id, actual) => ledger.settle(run, id, actual),
    timeLeft() {
      const ends = scopes.flatMap(({ until }) => (until === undefined ? [] : [until]));
      return ends.length === 0 ? undefined : Math.min(...ends) - Date.now();
    },
    checkTime() {
      const over = scopes.find(({ until }) => until !== undefined && until <= Date.now());
      if (!over) return;
      throw new CadenzaError('BudgetExceeded', 'the time of the budget has passed', { field: budgetField(over.scope) });
    },
  };
  return hold;
}
