import { isContentReference } from '../contracts/content';
import type { ModelPins, PinnedModel } from '../contracts/model';
import type { StepInvocation, StoredPins } from '../contracts/step-activity';
import { roomFor } from '../core/model-room';
import { knownTask, modelByName, modelForTask } from '../core/pick-model';
import type { HandlerContext } from '../handlers/handler';
import type { ActivityDependencies } from './dependencies';
import type { Try } from '../core/routing/next-model';
import { askInOrder } from './ask-in-order';
import { scopedContent } from './scoped-content';

/** What a handler has asked of models. */
export type SeenAsks = { models: string[]; passedOver: Try[]; pending: Set<Promise<unknown>> };

/** What a handler's context can ask of models: the run's pinned ones, every request behind the journal and the ledger. */
export function createModelAccess(
  { run, step, pins }: StepInvocation,
  dependencies: ActivityDependencies,
  seen: SeenAsks,
): Pick<HandlerContext, 'ask' | 'roomFor'> {
  const pick = async (task: string, name?: string) => {
    knownTask(task);
    const known = await loadPins(pins, run.tenant, dependencies);
    return { pins: known, model: name === undefined ? modelForTask(known, task) : modelByName(known, name) };
  };
  const ask: HandlerContext['ask'] = async (task, input, { model: name, settings } = {}) => {
    const picked = await pick(task, name);
    const question = { run, step, ...picked, sample: settings?.seed ?? 0, settings };
    const names = (model: PinnedModel) => seen.models.includes(model.name) || seen.models.push(model.name);
    names(picked.model);
    const { model, result, passedOver } = await askInOrder(task, input, question, dependencies);
    names(model);
    seen.passedOver.push(...passedOver);
    return { model: model.name, result };
  };
  return {
    roomFor: async (task, name) => roomFor((await pick(task, name)).model),
    ask(...question) {
      const asked = ask(...question);
      seen.pending.add(asked);
      asked.then(
        () => seen.pending.delete(asked),
        () => seen.pending.delete(asked),
      );
      return asked;
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
