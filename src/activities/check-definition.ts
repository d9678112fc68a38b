import { cancellationSignal } from '@temporalio/activity';
import { check } from '../contracts/check-input.schema';
import type { ContentReference } from '../contracts/content';
import { JSON_MEDIA_TYPE, NO_TENANT } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import type { JsonObject } from '../contracts/json';
import { INLINE_LIMIT_BYTES } from '../contracts/limits';
import { shown } from '../contracts/nearest-name';
import { definitionSchema } from '../contracts/pipeline.schema';
import type { CheckedDefinition } from '../contracts/step-activity';
import { checkInputFields } from '../core/graph/check-input-fields';
import { planSteps } from '../core/graph/check-steps';
import { checkStepPattern } from './check-models';
import { checkCallbackNames, checkRunnable, namesOf } from './check-runnable';
import type { ActivityDependencies } from './dependencies';
import { scopedContent } from './scoped-content';

/**
 * Checks a definition as a run of it would be checked, and gives its version and a small form of it.
 * @throws CadenzaError `InvalidInput`, `UnknownHandler`, `UnknownModel`, `Unsupported` with the path of the wrong field
 */
export function createCheckDefinition(dependencies: ActivityDependencies) {
  const { store, namespace, evaluator, gateway } = dependencies;
  return async (name: string, given: JsonObject | ContentReference): Promise<CheckedDefinition> => {
    const content = scopedContent(store, namespace, NO_TENANT);
    const definition = check(definitionSchema, await content.load(given, 'definition'), 'definition');
    if (definition.name !== name) refuse('name', `expected "${name}", got "${definition.name}"`);
    if (name in {}) refuse('name', `"${name}" is a property of every object; call the definition something else`);
    if (dependencies.definitions.has(name)) {
      refuse('name', `"${name}" ships with the product; call the definition something else`);
    }
    planSteps(definition.steps, definition.output, namesOf(dependencies));
    definition.steps.forEach((step, index) => {
      checkRunnable(step, `steps[${index}]`, dependencies, gateway.pins);
      checkStepPattern(step, `steps[${index}]`, gateway.pins, dependencies);
    });
    checkCallbackNames(definition.callbacks, definition.steps);
    if (definition.input) {
      const [outcome] = await evaluator.evaluate([{ schema: definition.input }], cancellationSignal());
      if (outcome && 'problem' in outcome) refuse('input', outcome.problem);
      checkInputFields(definition);
    }
    const text = JSON.stringify(definition);
    const isLarge = Buffer.byteLength(text) > INLINE_LIMIT_BYTES;
    return {
      version: dependencies.versionOf(definition),
      definition: isLarge
        ? await store.put({ namespace, tenant: NO_TENANT }, Buffer.from(text, 'utf8'), JSON_MEDIA_TYPE)
        : (JSON.parse(text) as JsonObject),
      ...(definition.description === undefined ? {} : { description: shown(definition.description, 200) }),
      steps: definition.steps.length,
    };
  };
}

function refuse(field: string, message: string): never {
  throw new CadenzaError('InvalidInput', `${field}: ${message}`, { field });
}
