import type { Amounts, BudgetScope, BudgetState } from '../contracts/budget';
import type { LineScope, Refusal } from '../core/budget/budget-book';

/** The run that a ledger belongs to: that of the journal, so that children and members draw on one. */
export type LedgerRun = { namespace: string; workflowId: string; firstRunId: string };

/** A call that wants to leave: `id` is its own, `key` that of the request, whatever attempt this is. */
export type Reservation = {
  id: string;
  key: string;
  step: string;
  model: string;
  worst: Amounts;
  scopes: LineScope[];
};

/**
 * The ledger of a run's budgets: the worst case of a call is reserved before it leaves and settled after. It holds over
 * retries, fallbacks, members, children, Workers and crashes: a reservation that nobody ends counts at its worst case.
 * @throws CadenzaError `StoreUnavailable`: a call that can not be reserved is not sent.
 */
export interface BudgetLedger {
  /** On disk when it returns; why the call does not fit, where it does not. */
  reserve(run: LedgerRun, reservation: Reservation): Promise<Refusal | undefined>;
  /** What the call cost; left out, nobody knows, and it counts at its worst case. A second word changes nothing. */
  settle(run: LedgerRun, id: string, actual?: Amounts): Promise<void>;
  /** Allows a scope more from here on. */
  raise(run: LedgerRun, scope: string, caps: Partial<Amounts>): Promise<void>;
  state(run: LedgerRun, scope: BudgetScope['scope']): Promise<BudgetState>;
}
