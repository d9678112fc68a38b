import { cancellationSignal } from '@temporalio/activity';
import type { CallSettings, PinnedModel, TaskInput, TaskResults } from '../contracts/model';
import type { ModelTask } from '../contracts/names';
import type { RunIdentity } from '../contracts/step-activity';
import { createBudgetHold } from './budget-hold';
import type { ActivityDependencies } from './dependencies';
import { createPaidCall } from './paid-call';

/** One task of one model, every request behind the journal and the ledger; cancelled with its activity. */
export function askPaid<T extends ModelTask>(
  task: T,
  input: TaskInput,
  call: {
    run: RunIdentity;
    step: string;
    model: PinnedModel;
    sample: number;
    settings?: CallSettings | undefined;
  },
  { gateway, journal, budgets, namespace }: ActivityDependencies,
): Promise<TaskResults[T]> {
  const { run, step, model, sample, settings } = call;
  const signal = cancellationSignal();
  const { workflowId, firstRunId, budgets: scopes = [] } = run;
  const ofRun = { namespace, workflowId, firstRunId };
  const guard = createPaidCall({
    journal,
    step: { ...ofRun, step },
    model,
    sample,
    signal,
    ...(scopes.length > 0 ? { hold: createBudgetHold({ ledger: budgets, run: ofRun, scopes, step, model }) } : {}),
  });
  return gateway.process(task, input, { model, signal, guard, ...(settings ? { settings } : {}) });
}
