import type { WindowBudgetConfig } from '../contracts/window-budget.schema';
import type { WindowBudget } from '../contracts/window-budget';
import { budgetsOf, labelsWithBudget } from '../core/budget/window-budgets';
import { LeasedWindow } from './leased-window';
import type { LedgerConnection, WindowBudgets } from './window-budgets';

export type WindowBudgetOptions = {
  budgets: readonly WindowBudgetConfig[];
  ledger: LedgerConnection;
  /** Told apart from every other Worker, and from an earlier one in its place. */
  holder: string;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
  /** How often ledgers are told what was used; what was not drawn on between two times goes back. */
  tellEveryMs?: number;
};

const TELL_EVERY_MS = 5_000;

/** The budgets of one Worker. Ends with `close`. */
export function createWindowBudgets(options: WindowBudgetOptions): WindowBudgets {
  const { budgets: configs, ledger, holder, now = () => performance.now(), tellEveryMs = TELL_EVERY_MS } = options;
  const windows = new Map<string, LeasedWindow>();
  const windowOf = (budget: WindowBudget): LeasedWindow => {
    const known = windows.get(budget.name);
    if (known) return known;
    const leased = new LeasedWindow(budget, holder, ledger, now);
    windows.set(budget.name, leased);
    return leased;
  };
  const tellAll = (isEnd: boolean) => Promise.all([...windows.values()].map((leased) => leased.tell(isEnd)));
  const timer = setInterval(() => void tellAll(false), tellEveryMs);
  timer.unref();

  return {
    labelsOf: (labels) => labelsWithBudget(configs, labels),
    budgetsOf: (labels) => budgetsOf(configs, labels),
    async reserve(budgets, id, worst) {
      for (;;) {
        const short = budgets.find((budget) => !windowOf(budget).hasRoom(worst));
        if (!short) break;
        const refusal = await windowOf(short).lease(worst);
        if (refusal) return refusal;
      }
      // No wait since the last look: all of them hold it, or none.
      budgets.forEach((budget) => windowOf(budget).take(id, worst));
      return undefined;
    },
    settle: (id, actual) => windows.forEach((leased) => leased.settle(id, actual)),
    async close() {
      clearInterval(timer);
      await tellAll(true);
    },
  };
}
