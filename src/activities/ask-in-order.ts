import { createHash } from 'node:crypto';
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { AtCap } from '../contracts/budget';
import type { CadenzaError } from '../contracts/failures';
import { isCadenzaError } from '../contracts/failures';
import type { CallSettings, ModelPins, PinnedModel, TaskInput, TaskResults } from '../contracts/model';
import type { ModelTask } from '../contracts/names';
import type { PassedOver, RunIdentity } from '../contracts/step-activity';
import { scopeOfField } from '../core/budget/describe-refusal';
import { windowOfField } from '../core/budget/window-budgets';
import { modelByName } from '../core/pick-model';
import { fallbackOrder } from '../core/routing/choose-model';
import type { NoAnswer, Try } from '../core/routing/next-model';
import { nextModel, passesOver, pausedSince } from '../core/routing/next-model';
import { askPaid } from './ask-paid';
import type { ActivityDependencies } from './dependencies';

/** One question to a model, or to those that stand behind it. */
export type Question = {
  run: RunIdentity;
  step: string;
  pins: ModelPins;
  model: PinnedModel;
  sample: number;
  settings?: CallSettings | undefined;
};

/** Who answered, what, and who was asked before without an answer. */
export type Answered<T extends ModelTask> = { model: PinnedModel; result: TaskResults[T]; passedOver: Try[] };

/** As outcomes of calls have it: nothing where the model that was asked has answered. */
export type WhoAnswered = { answeredBy?: string; passedOver?: PassedOver[] };

/** Who answered in the place of the model that was asked. */
export function whoAnswered(
  asked: PinnedModel,
  { model, passedOver }: Omit<Answered<ModelTask>, 'result'>,
): WhoAnswered {
  if (model.name === asked.name) return {};
  return { answeredBy: model.name, passedOver: passedOver.map(({ model: name, type }) => ({ model: name, type })) };
}

/**
 * Asks a model and, where it gives no answer, its fallbacks in their order. The tries of one question are kept in the
 * journal, so that a later attempt goes on where this one stopped: a model that was passed over is not asked again.
 * Vectors of different models can not be compared, so embeddings have no fallback.
 */
export async function askInOrder<T extends ModelTask>(
  task: T,
  input: TaskInput,
  question: Question,
  dependencies: ActivityDependencies,
): Promise<Answered<T>> {
  const { pins: _pins, model: _first, ...call } = question;
  const ask = (model: PinnedModel) => askPaid(task, input, { ...call, model }, dependencies);
  const { answer, ...who } = await firstAnswer(task, input, question, ask, dependencies);
  return { ...who, result: answer };
}

/** As {@link askInOrder}, for those who ask in their own way. `about` tells the question from others of the same step. */
export async function firstAnswer<R>(
  task: ModelTask,
  about: object,
  { run, step: stepName, pins, model: first, sample }: Question,
  ask: (model: PinnedModel) => Promise<R>,
  dependencies: ActivityDependencies,
): Promise<{ model: PinnedModel; answer: R; passedOver: Try[] }> {
  const order = candidates(task, first, pins, dependencies);
  if (order.length === 1) return { model: first, answer: await ask(first), passedOver: [] };
  const step = { namespace: dependencies.namespace, ...run, step: stepName };
  const id = questionId(task, about, first, sample);
  const tries = await dependencies.journal.tries(step, id);
  for (;;) {
    const model = nextModel(order, tries) ?? first;
    try {
      return { model, answer: await ask(model), passedOver: tries.filter(({ passed }) => passed) };
    } catch (error) {
      cancellationSignal().throwIfAborted();
      if (!isCadenzaError(error)) throw error;
      // Asked again in the next window, or when the ledger answers: that says nothing about the model.
      if (['BudgetWindowFull', 'BudgetUnavailable', 'ProviderTurn'].includes(error.type)) throw error;
      const failed: Try = { model: model.name, type: error.type, passed: true, at: Date.now() };
      const hasNext = nextModel(order, [...tries, failed]) !== undefined;
      failed.passed = hasNext && passesOver(model, noAnswer(error, model, tries, atCapOf(error, run, dependencies)));
      // How long a paused provider is waited for counts from the first time on.
      const isNews = failed.passed || error.type !== 'ProviderPaused' || pausedSince(model, tries) === undefined;
      tries.push(failed);
      if (isNews) await dependencies.journal.noteTry(step, id, failed);
      if (!failed.passed) throw error;
    }
  }
}

/** The model and those behind it that can do the task at all. */
function candidates(
  task: ModelTask,
  first: PinnedModel,
  pins: ModelPins,
  { gateway }: ActivityDependencies,
): PinnedModel[] {
  if (task === 'embedding' || !first.fallback?.length) return [first];
  const behind = fallbackOrder(known(pins), first.name)
    .slice(1)
    .map((name) => modelByName(pins, name));
  return [first, ...behind.filter((model) => canDo(gateway, model, task))];
}

/** Fallbacks that this run can not use, having no price under a budget in USD, are left out. */
function known(pins: ModelPins): ModelPins {
  const models = Object.entries(pins.models).map(([name, model]) => {
    const fallback = model.fallback?.filter((behind) => Object.hasOwn(pins.models, behind));
    return [name, fallback ? { ...model, fallback } : model] as const;
  });
  return { ...pins, models: Object.fromEntries(models) };
}

function canDo(gateway: ActivityDependencies['gateway'], model: PinnedModel, task: ModelTask): boolean {
  try {
    gateway.checkTask(model, task);
    return true;
  } catch {
    return false;
  }
}

/** What the budget that was short does at its cap, where one was. */
function atCapOf(error: CadenzaError, run: RunIdentity, { windowBudgets }: ActivityDependencies): AtCap | undefined {
  if (error.type !== 'BudgetExceeded') return undefined;
  const window = windowOfField(error.field);
  if (window) return windowBudgets?.budgetsOf(run.labels).find(({ name }) => name === window.name)?.atCap;
  const scope = scopeOfField(error.field);
  return run.budgets?.find((budget) => budget.scope === scope)?.atCap;
}

function noAnswer(error: CadenzaError, model: PinnedModel, tries: readonly Try[], atCap: AtCap | undefined): NoAnswer {
  const { attempt, retryPolicy } = activityInfo();
  return {
    type: error.type,
    retryable: error.retryable,
    retryAfterMs: error.retryAfterMs,
    waitedMs: Math.max(0, Date.now() - (pausedSince(model, tries) ?? Date.now())),
    failures: tries.filter((one) => one.model === model.name && one.type !== 'ProviderPaused').length + 1,
    isLastAttempt: attempt >= (retryPolicy?.maximumAttempts ?? Number.POSITIVE_INFINITY),
    atCap,
  };
}

function questionId(task: ModelTask, about: object, { name }: PinnedModel, sample: number): string {
  return createHash('sha256')
    .update(JSON.stringify([task, about, name, sample]))
    .digest('hex');
}
