import { cancellationSignal } from '@temporalio/activity';
import type { ChainInput, ChainStep } from '../contracts/chain.schema';
import { isCadenzaError } from '../contracts/failures';
import type { ModelPins, PinnedModel } from '../contracts/model';
import { checkChain, INITIAL_INPUT } from '../core/chain/chain-input';
import { modelByName, modelForTask } from '../core/pick-model';
import { checkModel, namesOf, refuse } from './check-runnable';
import type { ActivityDependencies } from './dependencies';

type Has = Pick<ActivityDependencies, 'evaluator' | 'gateway'>;

/**
 * All that a chain names, checked before its first call: steps, placeholders, models, names in expressions.
 * @throws CadenzaError `InvalidInput`, `UnknownModel`, `TaskNotSupported`
 */
export function checkChainInput({ steps }: ChainInput, pins: ModelPins, has: Has): void {
  checkChain(steps);
  const names = [INITIAL_INPUT, ...steps.map(({ name }) => name)];
  steps.forEach((step, index) => {
    const at = `steps[${index}]`;
    if (step.model !== undefined) checkModel(step.model, `${at}.model`, pins);
    checkGeneration(modelOfStep(step, pins), `${at}.model`, has);
    if (step.condition !== undefined) namesIn(step.condition, `${at}.condition`, names, has);
    if (step.gate) namesIn(step.gate.condition, `${at}.gate.condition`, names, has);
    const { outputParser } = step;
    if (typeof outputParser === 'object' && 'jsonata' in outputParser) {
      namesIn(outputParser.jsonata, `${at}.outputParser.jsonata`, ['text', 'json'], has);
    }
  });
}

/** The model of a step: its own, else the one that the registry has for generation. */
export function modelOfStep({ model }: Pick<ChainStep, 'model'>, pins: ModelPins): PinnedModel {
  return model === undefined ? modelForTask(pins, 'generation') : modelByName(pins, model);
}

/** The names that an expression asks its root for. @throws CadenzaError `InvalidInput` for one that is not known */
export function namesIn(expression: string, at: string, known: readonly string[], has: Has): string[] {
  const { outer } = namesOf(has)(expression, at);
  const stray = outer.find((name) => !known.includes(name));
  if (stray !== undefined) {
    refuse('InvalidInput', at, `there is no "${stray.slice(0, 60)}" here; it sees ${known.slice(0, 20).join(', ')}`);
  }
  return outer;
}

/** Patterns and schemas of parsers, in the evaluator's process. @throws CadenzaError `InvalidInput` */
export async function checkParsers(steps: readonly ChainStep[], { evaluator }: Has): Promise<void> {
  const signal = cancellationSignal();
  for (const [index, { outputParser }] of steps.entries()) {
    if (typeof outputParser !== 'object') continue;
    const at = `steps[${index}].outputParser`;
    if ('schema' in outputParser) {
      const [outcome] = await evaluator.evaluate([{ schema: outputParser.schema }], signal);
      if (outcome && 'problem' in outcome) refuse('InvalidInput', `${at}.schema`, outcome.problem);
    } else if ('regex' in outputParser) {
      const { regex, group } = outputParser;
      // With an empty branch it matches the empty text, and so tells how many groups it has.
      const jobs = [
        { regex, text: '' },
        { regex: `(?:${regex})|`, text: '' },
      ];
      const [own, counting] = await evaluator.evaluate(jobs, signal);
      if (own && 'problem' in own) refuse('InvalidInput', `${at}.regex`, own.problem);
      const groups = counting && 'value' in counting ? ((counting.value as unknown[][])[0]?.length ?? 1) - 1 : group;
      if (group > groups) refuse('InvalidInput', `${at}.group`, `the pattern has ${groups} groups, not ${group}`);
    }
  }
}

function checkGeneration(model: PinnedModel, at: string, { gateway }: Has): void {
  try {
    gateway.checkTask(model, 'generation');
  } catch (error) {
    if (!isCadenzaError(error)) throw error;
    refuse(error.type, at, error.message);
  }
}
