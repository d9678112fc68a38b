import { cancellationSignal } from '@temporalio/activity';
import { isContentReference } from '../contracts/content';
import type { ModelPins, PinnedModel } from '../contracts/model';
import type { StepInvocation } from '../contracts/step-activity';
import { roomFor } from '../core/model-room';
import { knownTask, modelByName, modelForTask } from '../core/pick-model';
import type { HandlerContext } from '../handlers/handler';
import type { ActivityDependencies } from './dependencies';
import { createPaidCall } from './paid-call';
import { scopedContent } from './scoped-content';

/** What a handler's context can ask of models: the run's pinned ones, every request behind the journal and the ledger. */
export function createModelAccess(
  { run, step, pins }: StepInvocation,
  { gateway, journal, namespace, store }: ActivityDependencies,
  models: string[],
): Pick<HandlerContext, 'ask' | 'roomFor'> {
  const pick = async (task: string, name?: string): Promise<PinnedModel> => {
    knownTask(task);
    const known = isContentReference(pins)
      ? ((await scopedContent(store, namespace, run.tenant).load(pins, 'models')) as unknown as ModelPins)
      : pins;
    return name === undefined ? modelForTask(known, task) : modelByName(known, name);
  };
  return {
    roomFor: async (task, name) => roomFor(await pick(task, name)),
    async ask(task, input, { model: name, settings } = {}) {
      const model = await pick(task, name);
      if (!models.includes(model.name)) models.push(model.name);
      const signal = cancellationSignal();
      const guard = createPaidCall({
        journal,
        step: { namespace, workflowId: run.workflowId, firstRunId: run.firstRunId, step },
        model,
        sample: settings?.seed ?? 0,
        signal,
      });
      const result = await gateway.process(task, input, { model, signal, guard, ...(settings ? { settings } : {}) });
      return { model: model.name, result };
    },
  };
}
