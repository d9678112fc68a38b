import {
  allHandlersFinished,
  condition,
  defineSignal,
  defineUpdate,
  makeContinueAsNewFunc,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { LEDGER_MESSAGES, MEMO_OUTCOME } from '../contracts/names';
import type { Lease, LeaseRequest, LedgerReport, LedgerSubject } from '../contracts/window-budget';
import type { WindowLedger } from '../core/budget/window-ledger';
import {
  isHolderReport,
  isLeaseRequest,
  lease,
  leave,
  newWindowLedger,
  report,
  windowStates,
} from '../core/budget/window-ledger';
import { refuseUpdate } from './refuse-update';

export const leaseUpdate = defineUpdate<Lease, [LeaseRequest]>(LEDGER_MESSAGES.lease);
export const reportSignal = defineSignal<[LedgerReport]>(LEDGER_MESSAGES.report);

/**
 * The ledger of one budget by label and window, for ever: an entity that continues as new with the window that is open
 * and the one before. Workers lease blocks from it; what it has leased and not got back never comes to more than the
 * cap. Whoever ends it makes it forget: the window that is open starts with nothing spent.
 */
export async function budgetLedger(subject: LedgerSubject, carried?: WindowLedger): Promise<void> {
  // Anyone can start a workflow; only an earlier run of this one knows what was spent.
  const isContinued = workflowInfo().continuedFromExecutionRunId !== undefined;
  let ledger = isContinued && carried ? carried : newWindowLedger(subject);
  const keep = (next: WindowLedger) => {
    ledger = next;
    // For `cadenza budgets`, which asks no Worker.
    upsertMemo({ [MEMO_OUTCOME]: windowStates(ledger) });
  };
  setHandler(
    leaseUpdate,
    (request) => {
      const { ledger: next, lease: answer } = lease(ledger, request, Date.now());
      keep(next);
      return answer;
    },
    {
      validator: (request) => {
        if (!isLeaseRequest(request)) refuseUpdate('request', 'is no request for a lease');
      },
    },
  );
  setHandler(reportSignal, (message) => {
    const { reports, leaving } = (message ?? {}) as Partial<LedgerReport>;
    const known = (Array.isArray(reports) ? reports : []).filter(isHolderReport);
    const told = known.reduce(report, ledger);
    keep(typeof leaving === 'string' ? leave(told, leaving) : told);
  });
  await condition(() => allHandlersFinished() && workflowInfo().continueAsNewSuggested);
  // The next run is not given the memo by itself.
  const goOn = makeContinueAsNewFunc<typeof budgetLedger>({ memo: workflowInfo().memo ?? {} });
  await goOn(subject, ledger);
}
