import { cancellationSignal } from '@temporalio/activity';
import type { Callbacks } from '../contracts/callbacks.schema';
import { checkInput } from '../contracts/check-input.schema';
import { CadenzaError } from '../contracts/failures';
import type { JsonObject, JsonValue } from '../contracts/json';
import { shown } from '../contracts/nearest-name';
import type { InputMapping } from '../contracts/input-mapping.schema';
import type { PipelineInput } from '../contracts/pipeline.schema';
import type {
  InheritedContext,
  LookUp,
  PinnedDefinitions,
  PipelinePlan,
  PlannedStep,
} from '../contracts/step-activity';
import { planSteps } from '../core/graph/check-steps';
import { checkStepPattern } from './check-models';
import { checkCallbackNames, checkRunnable, checkStepName, namesOf } from './check-runnable';
import type { ActivityDependencies } from './dependencies';
import { openPlan } from './open-plan';
import { resolveDefinitions } from './resolve-definitions';
import type { ScopedContent } from './scoped-content';

const LITERAL_BYTES = 1_024;

/**
 * The local activity that every pipeline starts with, whoever started it: checks the input by the client's own schema,
 * takes the definition and the models by value, and refuses before any model is paid what could not run. A pipeline
 * that another pattern started keeps that one's tenant, models and definitions. Names of definitions that are not
 * known here come back instead of a plan; looked up, they are given as `found`.
 */
export function createPreparePipeline(dependencies: ActivityDependencies) {
  return async (
    given: unknown,
    inherited?: InheritedContext,
    found?: PinnedDefinitions,
  ): Promise<PipelinePlan | LookUp> => {
    const input = checkInput('pipeline', given);
    const { tenant, pins, content, shared, storePins } = await openPlan(input, inherited, dependencies);
    const known = { ...inherited?.definitions, ...found };
    const definitions = await resolveDefinitions(input, known, content, dependencies, tenant);
    if ('lookUp' in definitions) return definitions;
    const { own, steps, pinned } = definitions;
    const output = own ? own.definition.output : input.output;
    const planned = planSteps(steps, output, namesOf(dependencies));
    steps.forEach((step, index) => {
      checkRunnable(step, `steps[${index}]`, dependencies, pins);
      checkStepPattern(step, `steps[${index}]`, pins, dependencies);
    });
    const names = steps.map(({ name }) => name);
    for (const name of Object.keys(input.earlierOutputs)) checkStepName(`earlierOutputs.${shown(name)}`, name, names);
    checkCallbackNames(input.callbacks, steps);
    const callbacks = joinCallbacks(own?.definition.callbacks, input.callbacks);
    await checkAgainst(own?.definition.input, input.input, content, dependencies);
    return {
      steps: await Promise.all(planned.map((step) => shrinkStep(step, content))),
      ...(output === undefined ? {} : { output }),
      ...(own ? { definition: { name: own.name, version: own.version } } : {}),
      failFast: input.failFast,
      maxParallel: input.maxParallel,
      ...(input.budget ? { budget: input.budget } : {}),
      input: await content.shrink(input.input),
      earlierOutputs: await shrinkEach(input.earlierOutputs, content),
      tenant,
      pins: await storePins(),
      ...shared,
      ...(Object.keys(pinned).length > 0 ? { definitions: pinned } : {}),
      ...(Object.keys(callbacks).length > 0 ? { callbacks } : {}),
    };
  };
}

/** Literals and settings are in every activity's input, so what is large in them becomes a reference. */
async function shrinkStep(step: PlannedStep, content: ScopedContent): Promise<PlannedStep> {
  const inputs = Object.entries(step.inputs).map(async ([name, mapping]): Promise<[string, InputMapping]> => {
    return [
      name,
      typeof mapping === 'string' ? mapping : { value: await content.shrink(mapping.value, LITERAL_BYTES) },
    ];
  });
  const config = step.handler === undefined ? step.config : await shrinkEach(step.config, content, LITERAL_BYTES);
  return { ...step, inputs: Object.fromEntries(await Promise.all(inputs)), config };
}

async function shrinkEach(
  values: Record<string, JsonValue>,
  content: ScopedContent,
  limit?: number,
): Promise<Record<string, JsonValue>> {
  const fields = Object.entries(values).map(
    async ([name, value]) => [name, await content.shrink(value, limit)] as const,
  );
  return Object.fromEntries(await Promise.all(fields));
}

/** A stored value is loaded for it; a document is checked as its reference. */
async function checkAgainst(
  schema: JsonObject | undefined,
  input: PipelineInput['input'],
  content: ScopedContent,
  { evaluator }: ActivityDependencies,
): Promise<void> {
  if (!schema) return;
  const value = await content.load(input as JsonValue, 'input');
  const [outcome] = await evaluator.evaluate([{ schema, value }], cancellationSignal());
  if (outcome && 'problem' in outcome) throw new CadenzaError('InvalidInput', outcome.problem, { field: 'input' });
}

/** Those of the definition and those of the run. */
function joinCallbacks(one: Callbacks = {}, other: Callbacks = {}): Callbacks {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(names.map((name) => [name, [...(one[name] ?? []), ...(other[name] ?? [])]]));
}
