import { cancellationSignal } from '@temporalio/activity';
import { checkInput } from '../contracts/check-input.schema';
import type { JsonObject, JsonValue } from '../contracts/json';
import type { CascadePlan, EnsemblePlan, PlannedInput, RoutePlan } from '../contracts/model-call';
import type { RouteToModelInput } from '../contracts/route-to-model.schema';
import type { InheritedContext } from '../contracts/step-activity';
import { tokensFor } from '../core/model-room';
import { answerKey } from '../core/votes/answer-key';
import { candidatesOf, checkCascade, checkEnsemble, checkRoute } from './check-models';
import { refuse } from './check-runnable';
import { shortKey } from './count-answer';
import type { ActivityDependencies } from './dependencies';
import { openPlan } from './open-plan';
import type { ScopedContent } from './scoped-content';

/** JSON bytes of one route's examples that stay in place. */
const EXAMPLES_BYTES = 512;

/**
 * The local activities that `routeToModel`, `ensemble` and `cascade` start with, whoever started them: the input checked
 * by the client's own schema, everything that it names found, and the models taken by value, before any of them is paid.
 */
export function createPrepareRoute(dependencies: ActivityDependencies) {
  return async (given: unknown, inherited?: InheritedContext): Promise<RoutePlan> => {
    const input = checkInput('routeToModel', given);
    const { tenant, pins, content, shared, storePins } = await openPlan(input, inherited, dependencies);
    checkRoute(input, '', pins, dependencies);
    const candidates = candidatesOf(input, pins);
    const embeddingModel = pins.tasks.embedding ?? pins.tasks.default;
    return {
      input: await withSmallText({ ...input, ...(await storedExamples(input.selector, content)) }, content),
      tenant,
      pins: await storePins(),
      ...shared,
      candidates,
      ...(embeddingModel === undefined ? {} : { embeddingModel }),
      // Who is named outright is asked, and says itself where the text is too long.
      ...(input.selector === undefined ? {} : { textTokens: tokensFor(input.task, textBytes(input.input)) }),
    };
  };
}

/** As createPrepareRoute. */
export function createPrepareEnsemble(dependencies: ActivityDependencies) {
  return async (given: unknown, inherited?: InheritedContext): Promise<EnsemblePlan> => {
    const { expected, ...input } = checkInput('ensemble', given);
    const { tenant, pins, content, shared, storePins } = await openPlan(input, inherited, dependencies);
    checkEnsemble(input, '', pins, dependencies);
    if (typeof input.extract === 'object' && 'regex' in input.extract) {
      await checkRegex(input.extract.regex, 'extract.regex', dependencies);
    }
    const right = expected === undefined ? undefined : await content.load(expected, 'expected');
    const key = answerKey(right, input.normalise);
    return {
      input: await withSmallText(input, content),
      tenant,
      pins: await storePins(),
      ...shared,
      ...(key === undefined ? {} : { expectedKey: shortKey(key) }),
    };
  };
}

/** As createPrepareRoute. */
export function createPrepareCascade(dependencies: ActivityDependencies) {
  return async (given: unknown, inherited?: InheritedContext): Promise<CascadePlan> => {
    const input = checkInput('cascade', given);
    const { tenant, pins, content, shared, storePins } = await openPlan(input, inherited, dependencies);
    checkCascade(input, '', pins, dependencies);
    for (const [index, { accept }] of input.stages.entries()) {
      const at = `stages[${index}].accept`;
      if (accept && 'schema' in accept) await checkSchema(accept.schema, `${at}.schema`, dependencies);
      const extract = accept && 'selfConsistency' in accept ? accept.selfConsistency.extract : undefined;
      if (typeof extract === 'object' && 'regex' in extract) {
        await checkRegex(extract.regex, `${at}.selfConsistency.extract.regex`, dependencies);
      }
    }
    return { input: await withSmallText(input, content), tenant, pins: await storePins(), ...shared };
  };
}

/** Bytes of the text of an input, stored or not. */
function textBytes(input: RouteToModelInput['input']): number {
  const text = typeof input === 'object' && 'text' in input ? input.text : input;
  return typeof text === 'string' ? Buffer.byteLength(text, 'utf8') : text.bytes;
}

/** Examples are for the activity that compares them: in the plan, long lists of them are references. */
async function storedExamples(
  selector: RouteToModelInput['selector'],
  content: ScopedContent,
): Promise<Pick<RouteToModelInput, 'selector'>> {
  if (selector === undefined || Array.isArray(selector) || !('semantic' in selector)) return { selector };
  const routes = await Promise.all(
    selector.semantic.routes.map(async (route) => ({
      ...route,
      examples: (await content.shrink(route.examples, EXAMPLES_BYTES)) as string[],
    })),
  );
  return { selector: { semantic: { ...selector.semantic, routes } } };
}

/** A long text becomes a reference, wherever the input came from. */
async function withSmallText<I extends { input: unknown }>(input: I, content: ScopedContent): Promise<PlannedInput<I>> {
  return { ...input, input: await content.shrink(input.input as JsonValue) };
}

/** @throws CadenzaError `InvalidInput` where it is no regular expression that can be matched in linear time */
export async function checkRegex(regex: string, at: string, { evaluator }: ActivityDependencies): Promise<void> {
  const [outcome] = await evaluator.evaluate([{ regex, text: '' }], cancellationSignal());
  if (outcome && 'problem' in outcome) refuse('InvalidInput', at, outcome.problem);
}

async function checkSchema(schema: JsonObject, at: string, { evaluator }: ActivityDependencies): Promise<void> {
  const [outcome] = await evaluator.evaluate([{ schema }], cancellationSignal());
  if (outcome && 'problem' in outcome) refuse('InvalidInput', at, outcome.problem);
}
