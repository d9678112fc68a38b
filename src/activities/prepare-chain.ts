import { checkInput } from '../contracts/check-input.schema';
import type { ChainAsk, ChainPlan, PlannedParser } from '../contracts/chain-call';
import type { ChainStep } from '../contracts/chain.schema';
import { INLINE_LIMIT_BYTES, RESULT_LIMIT_BYTES } from '../contracts/limits';
import type { ModelPins } from '../contracts/model';
import type { InheritedContext } from '../contracts/step-activity';
import { mostCalls } from '../core/chain/chain-input';
import { checkChainInput, checkParsers, modelOfStep } from './check-chain';
import { namesOf } from './check-runnable';
import type { ActivityDependencies } from './dependencies';
import { openPlan } from './open-plan';
import type { ScopedContent } from './scoped-content';

/** Bytes of a template or schema that stay in place: every run of its step carries it. */
const TEMPLATE_BYTES = 2_048;

/** Least bytes of a value that stay in place, however many steps there are. */
const LEAST_INLINE = 256;

/**
 * The local activity that `chain` starts with, whoever started it: the input checked by the client's own schema, all that
 * it names found, every template read, the models taken by value, and what is long stored, before any model is paid.
 */
export function createPrepareChain(dependencies: ActivityDependencies) {
  return async (given: unknown, inherited?: InheritedContext): Promise<ChainPlan> => {
    const input = checkInput('chain', given);
    const { tenant, pins, content, shared, storePins } = await openPlan(input, inherited, dependencies);
    checkChainInput(input, pins, dependencies);
    await checkParsers(input.steps, dependencies);
    // Each call leaves a prompt, a value and an answer in the result; the context has the values once more.
    const share = Math.floor(RESULT_LIMIT_BYTES / (4 * mostCalls(input.steps)));
    return {
      steps: await Promise.all(input.steps.map((step, index) => planned(step, index, pins, content, dependencies))),
      initialInput: await content.shrink(input.initialPrompt),
      tenant,
      pins: await storePins(),
      ...shared,
      ...(input.budget ? { budget: input.budget } : {}),
      inlineLimit: Math.max(LEAST_INLINE, Math.min(INLINE_LIMIT_BYTES, share)),
    };
  };
}

async function planned(
  step: ChainStep,
  index: number,
  pins: ModelPins,
  content: ScopedContent,
  dependencies: ActivityDependencies,
): Promise<ChainPlan['steps'][number]> {
  const { name, condition, gate } = step;
  const names = (expression: string | undefined) =>
    expression === undefined ? [] : namesOf(dependencies)(expression, name).outer;
  return {
    name,
    ...(condition === undefined ? {} : { condition }),
    ...(gate === undefined ? {} : { gate }),
    conditionNames: names(condition),
    gateNames: names(gate?.condition),
    ask: await askOf(step, `steps[${index}]`, pins, content),
  };
}

async function askOf(step: ChainStep, field: string, pins: ModelPins, content: ScopedContent): Promise<ChainAsk> {
  const { name, promptTemplate, system, temperature, maxOutputTokens, outputParser } = step;
  return {
    name,
    field,
    promptTemplate: await content.shrink(promptTemplate, TEMPLATE_BYTES),
    ...(system === undefined ? {} : { system: await content.shrink(system, TEMPLATE_BYTES) }),
    model: modelOfStep(step, pins).name,
    temperature,
    maxOutputTokens,
    outputParser: await plannedParser(outputParser, content),
  };
}

async function plannedParser(parser: ChainStep['outputParser'], content: ScopedContent): Promise<PlannedParser> {
  if (typeof parser !== 'object' || !('schema' in parser)) return parser;
  return { schema: await content.shrink(parser.schema, TEMPLATE_BYTES) };
}
