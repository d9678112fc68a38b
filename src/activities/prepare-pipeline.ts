import { checkInput } from '../contracts/check-input.schema';
import { JSON_MEDIA_TYPE, NO_TENANT } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import type { ModelPins } from '../contracts/model';
import { MODEL_TASKS, TENANT_LABEL } from '../contracts/names';
import { shown, suggestion } from '../contracts/nearest-name';
import type { PipelineInput, Step } from '../contracts/pipeline.schema';
import type { PipelinePlan, StoredPins } from '../contracts/step-activity';
import type { PutText } from '../core/content/store-large';
import { storeLarge } from '../core/content/store-large';
import { checkSteps } from '../core/graph/check-steps';
import { pinnedModel } from './ask-model';
import type { ActivityDependencies } from './dependencies';
import { toApplicationFailure } from './to-application-failure';

const PINS_INLINE_CHARACTERS = 1_500;

/**
 * The local activity that every pipeline starts with, whoever started it: checks the input by the client's own schema,
 * takes the definition and the models by value, and refuses before any model is paid what could not run.
 */
export function createPreparePipeline(dependencies: ActivityDependencies) {
  return async (given: unknown): Promise<PipelinePlan> => {
    try {
      const input = checkInput('pipeline', given);
      const { steps, output, definition } = findSteps(input, dependencies);
      checkSteps(steps, output);
      steps.forEach((step, index) => checkRunnable(step, `steps[${index}]`, dependencies));
      if (input.budget) refuse('Unsupported', 'budget', 'caps are not enforced by this version; leave the budget out');
      const tenant = input.labels?.[TENANT_LABEL] ?? NO_TENANT;
      const scope = { namespace: dependencies.namespace, tenant };
      const put: PutText = (text, mediaType) => dependencies.store.put(scope, Buffer.from(text, 'utf8'), mediaType);
      return {
        steps,
        ...(output === undefined ? {} : { output }),
        ...(definition ? { definition } : {}),
        failFast: input.failFast,
        maxParallel: input.maxParallel,
        input: await storeLarge(input.input, put),
        tenant,
        pins: await storePins(dependencies.gateway.pins, put),
      };
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

/** Every step's activity is given the pins, so more than a few models travel as one reference. */
async function storePins(pins: ModelPins, put: PutText): Promise<StoredPins> {
  const text = JSON.stringify(pins);
  return text.length <= PINS_INLINE_CHARACTERS ? pins : put(text, JSON_MEDIA_TYPE);
}

function findSteps(input: PipelineInput, { definitions }: ActivityDependencies) {
  if (input.steps) return { steps: input.steps, output: input.output };
  const name = input.definition ?? '';
  const found = definitions.get(name);
  if (!found) {
    const known = suggestion(name, [...definitions.keys()]);
    return refuse('UnknownDefinition', 'definition', `definition "${shown(name)}" is not known${known}`);
  }
  const { steps, output } = found.definition;
  return { steps, output, definition: { name, version: found.version } };
}

function checkRunnable(step: Step, at: string, { handlers, gateway }: ActivityDependencies): void {
  for (const feature of ['pattern', 'approval', 'wait', 'condition', 'transform', 'forEach'] as const) {
    if (step[feature] !== undefined) refuse('Unsupported', `${at}.${feature}`, `${feature} is not run by this version`);
  }
  const name = step.handler ?? '';
  if (!Object.hasOwn(handlers, name)) {
    const known = suggestion(name, Object.keys(handlers));
    refuse('UnknownHandler', `${at}.handler`, `handler "${shown(name)}" is not known${known}`);
  }
  const { model } = step.config;
  if (typeof model === 'string') {
    try {
      pinnedModel(gateway.pins, MODEL_TASKS[0], model);
    } catch (error) {
      refuse('UnknownModel', `${at}.config.model`, (error as Error).message);
    }
  }
}

function refuse(
  type: 'Unsupported' | 'UnknownDefinition' | 'UnknownHandler' | 'UnknownModel',
  field: string,
  message: string,
): never {
  throw new CadenzaError(type, `${field}: ${message}`, { field });
}
