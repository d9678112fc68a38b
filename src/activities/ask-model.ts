import { cancellationSignal } from '@temporalio/activity';
import { isContentReference } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import type { ModelPins, PinnedModel } from '../contracts/model';
import type { ModelTask } from '../contracts/names';
import { MODEL_TASKS } from '../contracts/names';
import { suggestion } from '../contracts/nearest-name';
import type { StepInvocation } from '../contracts/step-activity';
import type { HandlerContext } from '../handlers/handler';
import type { ActivityDependencies } from './dependencies';
import { createPaidCall } from './paid-call';

/** The `ask` of a handler's context: the run's pinned model, every request behind the journal and the ledger. */
export function createAsk(
  { run, step, pins: stored }: StepInvocation,
  { gateway, journal, namespace, store }: ActivityDependencies,
  models: string[],
): HandlerContext['ask'] {
  return async (task, input, { model: name, settings } = {}) => {
    const pins = isContentReference(stored)
      ? (JSON.parse(
          Buffer.from(await store.get({ namespace, tenant: run.tenant }, stored)).toString('utf8'),
        ) as ModelPins)
      : stored;
    const model = pinnedModel(pins, task, name);
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
  };
}

/** The model that answers a task in this run. @throws CadenzaError `UnknownTask`, `UnknownModel` */
export function pinnedModel(pins: ModelPins, task: ModelTask, name?: string): PinnedModel {
  if (!MODEL_TASKS.includes(task)) {
    throw new CadenzaError('UnknownTask', `task "${task}" is not known${suggestion(task, MODEL_TASKS)}`);
  }
  const wanted = name ?? pins.tasks[task] ?? pins.tasks.default;
  if (wanted === undefined) {
    throw new CadenzaError('UnknownModel', `the registry has no model for task "${task}" and no default`);
  }
  const model = pins.models[wanted];
  if (!model) {
    throw new CadenzaError(
      'UnknownModel',
      `model "${wanted}" is not known${suggestion(wanted, Object.keys(pins.models))}`,
    );
  }
  return model;
}
