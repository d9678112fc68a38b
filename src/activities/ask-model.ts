import { cancellationSignal } from '@temporalio/activity';
import { isContentReference } from '../contracts/content';
import type { CallSettings, ModelPins, PinnedModel, TaskInput, TaskResults } from '../contracts/model';
import type { ModelTask } from '../contracts/names';
import type { RunIdentity, StepInvocation, StoredPins } from '../contracts/step-activity';
import { roomFor } from '../core/model-room';
import { knownTask, modelByName, modelForTask } from '../core/pick-model';
import type { HandlerContext } from '../handlers/handler';
import type { ActivityDependencies } from './dependencies';
import { createBudgetHold } from './budget-hold';
import { createPaidCall } from './paid-call';
import { scopedContent } from './scoped-content';

/** What a handler's context can ask of models: the run's pinned ones, every request behind the journal and the ledger. */
export function createModelAccess(
  { run, step, pins }: StepInvocation,
  dependencies: ActivityDependencies,
  models: string[],
): Pick<HandlerContext, 'ask' | 'roomFor'> {
  const pick = async (task: string, name?: string): Promise<PinnedModel> => {
    knownTask(task);
    const known = await loadPins(pins, run.tenant, dependencies);
    return name === undefined ? modelForTask(known, task) : modelByName(known, name);
  };
  return {
    roomFor: async (task, name) => roomFor(await pick(task, name)),
    async ask(task, input, { model: name, settings } = {}) {
      const model = await pick(task, name);
      if (!models.includes(model.name)) models.push(model.name);
      const call = { run, step, model, sample: settings?.seed ?? 0, settings };
      return { model: model.name, result: await askPaid(task, input, call, dependencies) };
    },
  };
}

/** The run's models, wherever they are kept. */
export async function loadPins(
  pins: StoredPins,
  tenant: string,
  { store, namespace }: ActivityDependencies,
): Promise<ModelPins> {
  if (!isContentReference(pins)) return pins;
  return (await scopedContent(store, namespace, tenant).load(pins, 'models')) as unknown as ModelPins;
}

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
