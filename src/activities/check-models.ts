import type { CascadeInput } from '../contracts/cascade.schema';
import { checkInput } from '../contracts/check-input.schema';
import type { EnsembleInput } from '../contracts/ensemble.schema';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import type { JsonObject, JsonValue } from '../contracts/json';
import { MAX_ITEMS, MAX_JUDGED } from '../contracts/limits';
import type { ModelPins } from '../contracts/model';
import type { AnsweringPattern, ModelTask } from '../contracts/names';

import type { Step } from '../contracts/pipeline.schema';
import type { RouteToModelInput } from '../contracts/route-to-model.schema';
import type { TreeOfThoughtInput } from '../contracts/tree-of-thought.schema';
import { modelByName, modelForTask } from '../core/pick-model';
import { capableNames, chooseModel } from '../core/routing/choose-model';
import { checkTreePrompts } from '../core/tree/tree-prompts';
import { memberConfig } from '../core/votes/member-config';
import { seatsOf } from '../core/votes/seats';
import { checkChainInput } from './check-chain';
import { checkModel, checkRunnable, namesOf, refuse } from './check-runnable';
import type { ActivityDependencies } from './dependencies';

type Checker = Pick<ActivityDependencies, 'evaluator' | 'handlers' | 'gateway'>;

/** Everything that an input names, checked before a model is paid. `at` is where it stands: empty, or ends in a dot. */
export function checkRoute(input: RouteToModelInput, at: string, pins: ModelPins, has: Checker): void {
  const { selector, otherwise, fallback = [], model, needs } = input;
  const named = (name: string, field: string, task = input.task) => checkAsked(name, task, at + field, pins, has);
  if (model !== undefined) named(model, 'model');
  fallback.forEach((name, index) => named(name, `fallback[${index}]`));
  if (typeof otherwise === 'object') named(otherwise.model, 'otherwise.model');
  if (selector === undefined) {
    const chosen = chooseModel(pins, input).model;
    if (model === undefined) named(chosen, 'task');
  } else if (Array.isArray(selector)) {
    selector.forEach((rule, index) => {
      named(rule.model, `selector[${index}].model`);
      checkNames(rule.when, `${at}selector[${index}].when`, ['task', 'input', 'text'], has);
    });
  } else if ('semantic' in selector) {
    const { routes, embedding } = selector.semantic;
    routes.forEach((route, index) => named(route.model, `selector.semantic.routes[${index}].model`));
    named(embedding ?? modelForTask(pins, 'embedding').name, 'selector.semantic.embedding', 'embedding');
  } else if ('classifier' in selector) {
    named(selector.classifier.model, 'selector.classifier.model', 'classification');
    for (const [label, name] of Object.entries(selector.classifier.routes)) {
      named(name, `selector.classifier.routes.${label}`);
    }
  } else {
    const { strong, weak, by } = selector.score;
    named(strong, 'selector.score.strong');
    named(weak, 'selector.score.weak');
    if (typeof by === 'object') named(by.model, 'selector.score.by.model', 'classification');
    else checkNames(by, `${at}selector.score.by`, ['task', 'input', 'text'], has);
  }
  if (selector !== undefined && otherwise === 'task') modelForTask(pins, input.task);
  if (capableNames(pins, needs).size === 0) {
    refuse('NoRoute', `${at}needs`, 'no model of the registry has what is needed');
  }
}

/** As checkRoute. @throws CadenzaError `UnknownModel`, `InvalidInput`, `UnknownHandler` */
export function checkCascade(input: CascadeInput, at: string, pins: ModelPins, has: Checker): void {
  const scored = input.task === 'classification' || input.task === 'sentiment';
  input.stages.forEach(({ model, accept, transform }, index) => {
    const stage = `${at}stages[${index}]`;
    checkAsked(model, input.task, `${stage}.model`, pins, has);
    if (typeof transform === 'string') namesOf(has)(transform, `${stage}.transform`);
    else if (transform) checkHandler(transform.handler, `${stage}.transform`, pins, has);
    if (!accept) return;
    if ('verifier' in accept) {
      checkAsked(accept.verifier.model, 'generation', `${stage}.accept.verifier.model`, pins, has);
    }
    if ('when' in accept) checkNames(accept.when, `${stage}.accept.when`, ['task', 'input', 'output'], has);
    if ('score' in accept && !scored) {
      const others = 'use selfConsistency, verifier, schema or when';
      refuse('InvalidInput', `${stage}.accept.score`, `an answer of the task ${input.task} has no score; ${others}`);
    }
  });
}

/** As checkRoute; members that are patterns are checked in their turn. */
export function checkEnsemble(input: EnsembleInput, at: string, pins: ModelPins, has: Checker): void {
  const { members, aggregation, judge, fuse, mixture, minVotes, task } = input;
  const seats = seatsOf(members).length;
  if (seats > MAX_ITEMS) {
    refuse('InvalidInput', `${at}members`, `ask ${seats} times in all; at most ${MAX_ITEMS} are run`);
  }
  const layers = mixture ? mixture.layers - 1 : 1;
  if (seats * layers > MAX_ITEMS) {
    const most = `${layers} layers of them make ${seats * layers} calls; at most ${MAX_ITEMS} are run`;
    refuse('InvalidInput', `${at}mixture.layers`, most);
  }
  if (judge && aggregation !== 'universal_self_consistency' && seats > MAX_JUDGED) {
    const why = `${aggregation} compares every pair of answers in both orders, so at most ${MAX_JUDGED} can be asked for`;
    refuse('InvalidInput', `${at}members`, `ask ${seats} times in all; ${why}`);
  }
  if (minVotes > seats) {
    refuse('InvalidInput', `${at}minVotes`, `${minVotes} valid answers can not come of ${seats} calls`);
  }
  members.forEach((member, index) => {
    const field = `${at}members[${index}]`;
    if (typeof member === 'string') checkAsked(member, task, field, pins, has);
    else if ('model' in member) checkAsked(member.model, task, `${field}.model`, pins, has);
    else {
      if (aggregation === 'mixture_of_agents' && mixture && mixture.layers > 2) {
        const why = 'a pattern can not be shown the answers of others, which members of 3 or more layers are';
        refuse('InvalidInput', `${field}.pattern`, why);
      }
      const own = { task, input: input.input as JsonValue };
      checkPattern(member.pattern, memberConfig(member.pattern, member.config, own), field, pins, has);
    }
  });
  if (judge) checkAsked(judge.model, 'generation', `${at}judge.model`, pins, has);
  if (fuse) checkAsked(fuse.model, 'generation', `${at}fuse.model`, pins, has);
  if (mixture) checkAsked(mixture.aggregator.model, 'generation', `${at}mixture.aggregator.model`, pins, has);
  if (mixture && task !== 'generation') {
    refuse('InvalidInput', `${at}aggregation`, `mixture_of_agents goes with the task generation, not with ${task}`);
  }
  if (fuse && task !== 'generation' && task !== 'summarization' && task !== 'translation') {
    refuse('InvalidInput', `${at}aggregation`, `rank_and_fuse goes with tasks that give a text, not with ${task}`);
  }
  if (typeof input.extract === 'object' && 'jsonata' in input.extract) {
    namesOf(has)(input.extract.jsonata, `${at}extract.jsonata`);
  }
}

/** As checkRoute; every template has only placeholders that will be filled. */
export function checkTree(input: TreeOfThoughtInput, at: string, pins: ModelPins, has: Checker): void {
  checkTreePrompts(input);
  const { generate, evaluate, answer, isGoal } = input;
  for (const [role, settings] of Object.entries({ generate, evaluate, answer })) {
    if (settings?.model !== undefined) checkAsked(settings.model, 'generation', `${at}${role}.model`, pins, has);
    else if (settings) checkAsked(modelForTask(pins, 'generation').name, 'generation', `${at}${role}.model`, pins, has);
  }
  const names = ['problem', 'path', 'state', 'depth', 'thought'];
  if (answer?.when !== undefined) checkNames(answer.when, `${at}answer.when`, names, has);
  if (typeof isGoal === 'string') checkNames(isGoal, `${at}isGoal`, [...names, 'answer'], has);
  else if (isGoal && 'model' in isGoal) checkAsked(isGoal.model, 'generation', `${at}isGoal.model`, pins, has);
  else if (isGoal) checkHandler(isGoal.handler, `${at}isGoal`, pins, has);
}

/** A pattern that another one starts, with its whole input. What a pipeline names is also checked when it starts. */
export function checkPattern(
  pattern: AnsweringPattern,
  config: JsonObject,
  at: string,
  pins: ModelPins,
  has: Checker,
): void {
  const inside = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!isCadenzaError(error)) throw error;
      throw new CadenzaError(error.type, `${at}.config: ${error.message}`, { field: `${at}.config` });
    }
  };
  inside(() => {
    if (pattern === 'routeToModel') checkRoute(checkInput(pattern, config), '', pins, has);
    else if (pattern === 'cascade') checkCascade(checkInput(pattern, config), '', pins, has);
    else if (pattern === 'ensemble') checkEnsemble(checkInput(pattern, config), '', pins, has);
    else if (pattern === 'chain') checkChainInput(checkInput(pattern, config), pins, has);
    else if (pattern === 'treeOfThought') checkTree(checkInput(pattern, config), '', pins, has);
    else if (pattern === 'pipeline') {
      const { steps = [] } = checkInput(pattern, config);
      steps.forEach((step, index) => checkRunnable(step, `steps[${index}]`, has, pins));
    } else checkInput(pattern, config);
  });
}

/** A model that there is and that is not known to be unable to do the task. */
function checkAsked(name: string, task: ModelTask, at: string, pins: ModelPins, { gateway }: Checker): void {
  checkModel(name, at, pins);
  try {
    gateway.checkTask(modelByName(pins, name), task);
  } catch (error) {
    if (!isCadenzaError(error)) throw error;
    refuse(error.type, at, error.message);
  }
}

/**
 * The pattern of a step or subscription, as far as its input is known before it runs: where only its text is mapped, all
 * the rest is there. A pipeline's own steps are checked where it starts.
 */
export function checkStepPattern(
  { pattern, config, inputs }: Pick<Step, 'config' | 'inputs'> & { pattern?: AnsweringPattern | undefined },
  at: string,
  pins: ModelPins,
  has: Checker,
): void {
  if (pattern === undefined || pattern === 'pipeline') return;
  const known = pattern === 'chain' ? 'initialPrompt' : 'input';
  const mapped = Object.keys(inputs);
  if (mapped.some((name) => name !== known)) return;
  const whole = mapped.length === 0 ? config : { ...config, [known]: 'known when it runs' };
  checkPattern(pattern, whole, at, pins, has);
}

function checkHandler(name: string, at: string, pins: ModelPins, has: Checker): void {
  const step = { name: 'transform', handler: name, config: {} };
  checkRunnable(step as unknown as Parameters<typeof checkRunnable>[0], at, has, pins);
}

/** An expression that parses and mentions only what it is given. */
function checkNames(expression: string, at: string, known: readonly string[], has: Checker): void {
  const stray = namesOf(has)(expression, at).outer.find((name) => !known.includes(name));
  if (stray !== undefined) {
    refuse('InvalidInput', at, `there is no "${stray.slice(0, 60)}" here; it sees ${known.join(', ')}`);
  }
}

/** The models that a choice is about: those that are named, what they fall back to, and the task's own. */
export function candidatesOf(input: RouteToModelInput, pins: ModelPins): ModelPins {
  const names = new Set<string>();
  const add = (name: string | undefined): void => {
    if (name === undefined || names.has(name)) return;
    names.add(name);
    modelByName(pins, name).fallback?.forEach(add);
  };
  const { selector, otherwise, model, fallback = [], task } = input;
  for (const name of [model, ...fallback]) add(name);
  const own = pins.tasks[task] ?? pins.tasks.default;
  if (model === undefined && (selector === undefined || otherwise === 'task')) add(own);
  if (typeof otherwise === 'object') add(otherwise.model);
  if (Array.isArray(selector)) selector.forEach((rule) => add(rule.model));
  else if (selector && 'semantic' in selector) selector.semantic.routes.forEach((route) => add(route.model));
  else if (selector && 'classifier' in selector) Object.values(selector.classifier.routes).forEach(add);
  else if (selector) [selector.score.strong, selector.score.weak].forEach(add);
  const models = [...names].map((name) => [name, modelByName(pins, name)] as const);
  return { tasks: own === undefined ? {} : { [task]: own }, models: Object.fromEntries(models) };
}
