import { CadenzaError } from '../../contracts/failures';
import type { ModelPins } from '../../contracts/model';
import { shown } from '../../contracts/nearest-name';
import type { Needs, RouteDecision, RouteToModelInput } from '../../contracts/route-to-model.schema';
import { modelByName, modelForTask } from '../pick-model';
import { capableModels } from './capable-models';
import type { Selection } from './select-route';

export type RouteQuestion = Pick<RouteToModelInput, 'task' | 'model' | 'otherwise' | 'needs' | 'fallback'> & {
  /** What the selector found, where the input has one. */
  selection?: Selection | undefined;
  /** What the text takes up: who has less room is not considered. */
  textTokens?: number | undefined;
};

/** Names of the pinned models that can do what is needed: what selectors choose from. */
export function capableNames(pins: ModelPins, needs: Needs | undefined, textTokens?: number): Set<string> {
  return new Set(capableModels(Object.values(pins.models), needs, textTokens).capable.map(({ name }) => name));
}

/**
 * The model that answers, and why: the explicit one, else the selector's, else `otherwise`, else the registry's for the
 * task. `order` is the chosen model and what is asked where it is unavailable: the given fallback, or the registry's,
 * each model once and only those that can do what is needed.
 * @throws CadenzaError `UnknownModel` for any name in it that is not in the registry; `NoRoute` where the model can not
 * do what is needed, or a selector chose nothing and `otherwise` is `fail`
 */
export function chooseModel(pins: ModelPins, question: RouteQuestion): RouteDecision {
  const { excluded } = capableModels(Object.values(pins.models), question.needs, question.textTokens);
  const { by, model, route } = choice(pins, question);
  modelByName(pins, model);
  const lacks = excluded.find((exclusion) => exclusion.model === model)?.lacks;
  if (lacks !== undefined)
    throw new CadenzaError('NoRoute', `model "${shown(model)}" does not have what is needed: ${lacks}`);
  const out = new Set(excluded.map((exclusion) => exclusion.model));
  const order = fallbackOrder(pins, model, question.fallback).filter((name) => !out.has(name));
  const { scores = [], threshold } = question.selection ?? {};
  return {
    by,
    model,
    ...(route !== undefined && { route }),
    scores,
    ...(threshold !== undefined && { threshold }),
    excluded,
    order,
  };
}

function choice(pins: ModelPins, question: RouteQuestion): Pick<Selection, 'by' | 'route'> & { model: string } {
  const { model, selection, otherwise, task } = question;
  if (model !== undefined) return { by: 'model', model };
  if (selection?.model !== undefined) return { ...selection, model: selection.model };
  if (!selection || otherwise === 'task') return { by: 'task', model: modelForTask(pins, task).name };
  if (typeof otherwise === 'object') return { by: 'otherwise', model: otherwise.model };
  throw new CadenzaError('NoRoute', `${nothingChosen(selection)}, and otherwise is "fail"`);
}

/**
 * A model and what is asked in its place, each once: the given list, or the registry's fallbacks and theirs, depth first.
 * @throws CadenzaError `UnknownModel`
 */
export function fallbackOrder(pins: ModelPins, model: string, given?: readonly string[]): string[] {
  const order = new Set<string>();
  const add = (name: string, follow: boolean): void => {
    if (order.has(name)) return;
    const { fallback = [] } = modelByName(pins, name);
    order.add(name);
    if (follow) for (const next of fallback) add(next, true);
  };
  add(model, given === undefined);
  for (const name of given ?? []) add(name, false);
  return [...order];
}

/** The decision in one sentence, for the result's `reason`. */
export function explainRoute(decision: RouteDecision, selection?: Selection): string {
  const { by, model, route, scores, threshold } = decision;
  const chosen = scores.find((entry) => entry.route === route);
  const score = chosen
    ? ` with ${short(chosen.score)}${threshold === undefined ? '' : ` against ${short(threshold)}`}`
    : '';
  if (by === 'model') return `${model} was asked for by name`;
  if (by === 'rule') return `${route ?? 'a rule'} chose ${model}`;
  if (by === 'task' || by === 'otherwise') {
    const why = by === 'task' ? `${model} serves the task` : `${model} is what otherwise names`;
    return selection ? `${nothingChosen(selection)}; ${why}` : why;
  }
  const next = scores.find((entry) => entry.route !== route);
  const runnerUp = next ? `; next is ${next.route} with ${short(next.score)}` : '';
  return `the ${by} route ${route ?? ''} chose ${model}${score}${runnerUp}`;
}

function nothingChosen({ by, scores, threshold }: Selection): string {
  if (by === 'rule') return 'no rule held';
  const best = scores[0];
  if (!best) return `no ${by} route fits`;
  return `no ${by} route fits: the best is ${shown(best.route)} with ${short(best.score)}, the threshold ${short(threshold ?? 0)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
