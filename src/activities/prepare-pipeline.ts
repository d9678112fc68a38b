import { check, checkInput } from '../contracts/check-input.schema';
import { JSON_MEDIA_TYPE, NO_TENANT } from '../contracts/content';
import type { FailureType } from '../contracts/failures';
import { CadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import { MAX_DEPTH } from '../contracts/limits';
import type { ModelPins } from '../contracts/model';
import { AVAILABLE_PATTERNS, TENANT_LABEL } from '../contracts/names';
import { shown, suggestion } from '../contracts/nearest-name';
import { inheritedSchema } from '../contracts/inherited.schema';
import type { InputMapping } from '../contracts/input-mapping.schema';
import type { PipelineInput, Step } from '../contracts/pipeline.schema';
import type { InheritedContext, PipelinePlan, PlannedStep, StoredPins } from '../contracts/step-activity';
import type { NamesOf } from '../core/graph/check-steps';
import { planSteps } from '../core/graph/check-steps';
import { layOverConfig } from '../core/graph/lay-over-config';
import { modelByName } from '../core/pick-model';
import type { ContentStore } from '../store/content-store';
import type { ActivityDependencies } from './dependencies';
import type { ScopedContent } from './scoped-content';
import { scopedContent } from './scoped-content';

const PINS_INLINE_CHARACTERS = 1_500;
const LITERAL_BYTES = 1_024;

/**
 * The local activity that every pipeline starts with, whoever started it: checks the input by the client's own schema,
 * takes the definition and the models by value, and refuses before any model is paid what could not run. A pipeline
 * that another pattern started keeps that one's tenant and models.
 */
export function createPreparePipeline(dependencies: ActivityDependencies) {
  return async (given: unknown, inherited?: InheritedContext): Promise<PipelinePlan> => {
    const input = checkInput('pipeline', given);
    if (input.budget) refuse('Unsupported', 'budget', 'caps are not enforced by this version; leave the budget out');
    if (inherited !== undefined) check(inheritedSchema, inherited, 'inherited context');
    if (inherited && inherited.depth > MAX_DEPTH) {
      refuse('InvalidInput', 'steps', `patterns start each other more than ${MAX_DEPTH} deep`);
    }
    const tenant = inherited?.tenant ?? input.labels?.[TENANT_LABEL] ?? NO_TENANT;
    const content = scopedContent(dependencies.store, dependencies.namespace, tenant);
    const pins = inherited
      ? ((await content.load(inherited.pins as JsonValue, 'models')) as unknown as ModelPins)
      : dependencies.gateway.pins;
    const { steps: defined, output, definition } = findSteps(input, dependencies);
    const steps = layOverConfig(defined, input.config);
    const planned = planSteps(steps, output, namesOf(dependencies));
    steps.forEach((step, index) => checkRunnable(step, `steps[${index}]`, dependencies, pins));
    checkEarlier(input, steps);
    return {
      steps: await Promise.all(planned.map((step) => shrinkStep(step, content))),
      ...(output === undefined ? {} : { output }),
      ...(definition ? { definition } : {}),
      failFast: input.failFast,
      maxParallel: input.maxParallel,
      input: await content.shrink(input.input),
      earlierOutputs: await shrinkEach(input.earlierOutputs, content),
      tenant,
      pins: inherited?.pins ?? (await storePins(pins, dependencies, tenant)),
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

/** Every step's activity is given the pins, so more than a few models travel as one reference. */
async function storePins(
  pins: ModelPins,
  { store, namespace }: { store: ContentStore; namespace: string },
  tenant: string,
): Promise<StoredPins> {
  const text = JSON.stringify(pins);
  if (text.length <= PINS_INLINE_CHARACTERS) return pins;
  return store.put({ namespace, tenant }, Buffer.from(text, 'utf8'), JSON_MEDIA_TYPE);
}

function namesOf({ evaluator }: ActivityDependencies): NamesOf {
  return (expression, at) => {
    const parsed = evaluator.parse(expression);
    return parsed.ok ? parsed : refuse('InvalidInput', at, `does not parse as JSONata: ${parsed.problem}`);
  };
}

function findSteps(input: PipelineInput, { definitions }: ActivityDependencies) {
  if (input.steps) return { steps: input.steps, output: input.output };
  const [name = '', version = ''] = (input.definition ?? '').split('@');
  const found = definitions.get(name);
  if (!found?.version.startsWith(version)) {
    const known = suggestion(name, [...definitions.keys()]);
    return refuse(
      'UnknownDefinition',
      'definition',
      `definition "${shown(input.definition ?? '')}" is not known${known}`,
    );
  }
  const { steps, output } = found.definition;
  return { steps, output, definition: { name, version: found.version } };
}

function checkRunnable(step: Step, at: string, { handlers }: ActivityDependencies, pins: ModelPins): void {
  if (step.pattern !== undefined && !(AVAILABLE_PATTERNS as readonly string[]).includes(step.pattern)) {
    refuse(
      'Unsupported',
      `${at}.pattern`,
      `${step.pattern} is not run by this version; it has ${AVAILABLE_PATTERNS.join(', ')}`,
    );
  }
  if (step.handler !== undefined && !Object.hasOwn(handlers, step.handler)) {
    const known = suggestion(step.handler, Object.keys(handlers));
    refuse('UnknownHandler', `${at}.handler`, `handler "${shown(step.handler)}" is not known${known}`);
  }
  if (step.handler !== undefined && typeof step.config['model'] === 'string') {
    checkModel(step.config['model'], `${at}.config.model`, pins);
  }
}

function checkModel(name: string, at: string, pins: ModelPins): void {
  try {
    modelByName(pins, name);
  } catch (error) {
    refuse('UnknownModel', at, (error as Error).message);
  }
}

function checkEarlier({ earlierOutputs }: PipelineInput, steps: readonly Step[]): void {
  const names = steps.map(({ name }) => name);
  for (const name of Object.keys(earlierOutputs)) {
    if (!names.includes(name)) {
      refuse(
        'InvalidInput',
        `earlierOutputs.${shown(name)}`,
        `there is no step "${shown(name)}"${suggestion(name, names)}`,
      );
    }
  }
}

function refuse(type: FailureType, field: string, message: string): never {
  throw new CadenzaError(type, `${field}: ${message}`, { field });
}
