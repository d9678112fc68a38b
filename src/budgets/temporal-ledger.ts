import type { Client } from '@temporalio/client';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { BUDGET_LEDGER_WORKFLOW, budgetLedgerWorkflowId, LEDGER_MESSAGES, TASK_QUEUE } from '../contracts/names';
import type { Lease, LeaseRequest, LedgerReport, LedgerSubject, WindowBudget } from '../contracts/window-budget';
import type { LedgerConnection } from './window-budgets';

/** How long a ledger may take to answer; a call waits so long at most before it is tried again later. */
const ANSWER_MS = 5_000;

type LedgerWorkflow = (subject: LedgerSubject) => Promise<void>;

/**
 * The ledgers as Workflows, each started by the first who asks it. A lease is an Update, whose id makes a repeat harmless;
 * a report is a Signal, which the server keeps also where no Worker is there to take it, as when the last one ends.
 */
export function createTemporalLedger(client: Client): LedgerConnection {
  const startOf = ({ label, value, window, name }: WindowBudget) => ({
    workflowId: budgetLedgerWorkflowId({ label, value, window }),
    taskQueue: TASK_QUEUE,
    args: [{ label, value, window }] as [LedgerSubject],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    staticSummary: `budget ${name}`,
  });
  const within = <R>(work: () => Promise<R>) => client.withDeadline(Date.now() + ANSWER_MS, work);

  return {
    lease: (budget, request) =>
      within(() =>
        client.workflow.executeUpdateWithStart<LedgerWorkflow, Lease, [LeaseRequest]>(LEDGER_MESSAGES.lease, {
          args: [request],
          updateId: `${request.holder}-${request.number}`,
          startWorkflowOperation: new WithStartWorkflowOperation<LedgerWorkflow>(
            BUDGET_LEDGER_WORKFLOW,
            startOf(budget),
          ),
        }),
      ),
    report: (budget, message) =>
      within(() =>
        client.workflow
          .getHandle(budgetLedgerWorkflowId(budget))
          .signal<[LedgerReport]>(LEDGER_MESSAGES.report, message),
      ),
  };
}
