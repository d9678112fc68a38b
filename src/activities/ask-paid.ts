import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { CallSettings, PinnedModel, TaskInput, TaskResults } from '../contracts/model';
import type { ModelTask } from '../contracts/names';
import type { RunIdentity } from '../contracts/step-activity';
import type { Guard } from '../gateway/gateway';
import type { Journal } from '../store/journal';
import { createBudgetHold } from './budget-hold';
import { cachedJournal } from './cached-journal';
import type { ActivityDependencies } from './dependencies';
import { observedGuard } from './observed-guard';
import { createPaidCall } from './paid-call';
import { providerTurn } from './provider-turn';

/** One model asked for one step of a run. */
export type PaidCall = {
  run: RunIdentity;
  step: string;
  model: PinnedModel;
  sample: number;
  settings?: CallSettings | undefined;
};

/** One task of one model, every request behind the journal and the ledger; cancelled with its activity. */
export function askPaid<T extends ModelTask>(
  task: T,
  input: TaskInput,
  call: PaidCall,
  dependencies: ActivityDependencies,
): Promise<TaskResults[T]> {
  const { model, settings } = call;
  const guard = guardOf(call, dependencies);
  const options = { model, signal: cancellationSignal(), guard, ...(settings ? { settings } : {}) };
  return dependencies.gateway.process(task, input, options);
}

/** The journal, the model's cache and the ledger around each request of a call. */
export function guardOf(
  { run, step, model, sample }: PaidCall,
  { journal, cache, budgets, windowBudgets, gateway, namespace, observer }: ActivityDependencies,
): Guard {
  const { workflowId, firstRunId, tenant, budgets: scopes = [], labels } = run;
  const ofRun = { namespace, workflowId, firstRunId };
  const windows = windowBudgets && { of: windowBudgets.budgetsOf(labels), book: windowBudgets };
  const holds = scopes.length > 0 || (windows && windows.of.length > 0);
  const options = {
    step: { ...ofRun, step },
    model,
    sample,
    signal: cancellationSignal(),
    ...(holds ? { hold: createBudgetHold({ ledger: budgets, run: ofRun, scopes, windows, step, model }) } : {}),
  };
  const turn = providerTurn(model, gateway, windowBudgets);
  const guardWith =
    (entries: Journal): Guard =>
    (request, ...rest) => {
      const known = cachedJournal(entries, cache, { model, tenant, request });
      return createPaidCall({ ...options, turn, journal: known })(request, ...rest);
    };
  if (!observer) return guardWith(journal);
  return observedGuard(
    { model, step, sample, workflowType: activityInfo().workflowType ?? '' },
    observer,
    journal,
    guardWith,
  );
}
