import { check, checkInput } from '../contracts/check-input.schema';
import { NO_TENANT } from '../contracts/content';
import type { NamedSubscription, RouterPlan } from '../contracts/event-messages';
import type { Subscription } from '../contracts/event-router.schema';
import { subscriptionSchema } from '../contracts/event-router.schema';
import type { InputMapping } from '../contracts/input-mapping.schema';
import { MAX_SUBSCRIPTIONS } from '../contracts/limits';
import { EVENT_FIELDS, TENANT_LABEL } from '../contracts/names';
import { shown, suggestion } from '../contracts/nearest-name';
import { isOutcome } from '../core/events/event-types';
import { bytesOf } from '../core/json-size';
import { parseReference } from '../core/references';
import { checkStepPattern } from './check-models';
import { checkHandler, checkModel, namesOf, refuse } from './check-runnable';
import type { ActivityDependencies } from './dependencies';
import { searchFacts } from './open-plan';

const MAX_SUBSCRIPTION_BYTES = 200_000;

/** The local activity that every router starts with: checks its input by the client's own schema, and what it names. */
export function createPrepareRouter(dependencies: ActivityDependencies) {
  return async (given: unknown): Promise<RouterPlan> => {
    const { subscriptions, strict, maxParallel, maxHops, labels, budget } = checkInput('eventRouter', given);
    if (budget)
      refuse('Unsupported', 'budget', 'a router has no end; give what it starts a budget, in a subscription’s config');
    const named: NamedSubscription[] = [];
    subscriptions.forEach((subscription, index) => {
      const names = named.map(({ name }) => name);
      named.push(checked(subscription, `subscriptions[${index}]`, names, dependencies));
    });
    checkSize(named);
    const tenant = labels?.[TENANT_LABEL] ?? NO_TENANT;
    const found = await searchFacts({ labels }, dependencies);
    return { subscriptions: named, strict, maxParallel, maxHops, tenant, ...(labels ? { labels } : {}), ...found };
  };
}

/** One subscription for a router that has these others. */
export function createCheckSubscription(dependencies: ActivityDependencies) {
  return async (given: unknown, others: NamedSubscription[]): Promise<NamedSubscription> => {
    const names = others.map(({ name }) => name);
    const added = checked(check(subscriptionSchema, given, 'subscription'), 'subscription', names, dependencies);
    checkSize([...others, added]);
    return added;
  };
}

/** All subscriptions of a router are in its state, which travels as one payload. */
function checkSize(subscriptions: readonly NamedSubscription[]): void {
  const bytes = bytesOf(subscriptions);
  if (subscriptions.length <= MAX_SUBSCRIPTIONS && bytes <= MAX_SUBSCRIPTION_BYTES) return;
  refuse(
    'InvalidInput',
    'subscriptions',
    `${subscriptions.length} with ${bytes} bytes, at most ${MAX_SUBSCRIPTIONS} with ${MAX_SUBSCRIPTION_BYTES}`,
  );
}

function checked(
  subscription: Subscription,
  at: string,
  names: readonly string[],
  dependencies: ActivityDependencies,
): NamedSubscription {
  const { on, handler, definition, pattern, config, inputs, filter, orderBy, emit } = subscription;
  const name = subscription.name ?? `${on} ${handler ?? definition ?? pattern}`;
  if (names.includes(name)) {
    refuse(
      'InvalidInput',
      `${at}.name`,
      `"${shown(name)}" is the name of another subscription; give it one of its own`,
    );
  }
  if (name in {}) {
    refuse(
      'InvalidInput',
      `${at}.name`,
      `"${name}" is a property of every object; call the subscription something else`,
    );
  }
  const { handlers, gateway } = dependencies;
  if (handler !== undefined) checkHandler(handler, `${at}.handler`, handlers);
  if (handler !== undefined && typeof config['model'] === 'string') {
    checkModel(config['model'], `${at}.config.model`, gateway.pins);
  }
  checkStepPattern(subscription, at, gateway.pins, dependencies);
  if (filter !== undefined) {
    for (const field of namesOf(dependencies)(filter, `${at}.filter`).outer) {
      if (EVENT_FIELDS.includes(field)) continue;
      refuse('InvalidInput', `${at}.filter`, `an event has no "${shown(field)}"${suggestion(field, EVENT_FIELDS)}`);
    }
  }
  checkMappings(inputs, `${at}.inputs`, EVENT_FIELDS);
  if (orderBy !== undefined) checkMappings({ orderBy }, at, EVENT_FIELDS);
  if (emit !== undefined && isOutcome(on)) {
    refuse('InvalidInput', `${at}.emit`, `what handles "${on}" emits nothing further, which is what stops loops`);
  }
  if (typeof emit === 'object') checkMappings(emit.data, `${at}.emit.data`, [...EVENT_FIELDS, 'result']);
  return { ...subscription, name };
}

function checkMappings(mappings: Record<string, InputMapping>, at: string, roots: readonly string[]): void {
  for (const [parameter, mapping] of Object.entries(mappings)) {
    if (typeof mapping !== 'string') continue;
    const reference = parseReference(mapping);
    const field = `${at}.${shown(parameter)}`;
    if (!reference) {
      refuse('InvalidInput', field, `"${shown(mapping)}" is not a reference (data.field); a literal is { value: … }`);
    }
    if (roots.includes(reference.root)) continue;
    refuse('InvalidInput', field, `an event has no "${shown(reference.root)}"${suggestion(reference.root, roots)}`);
  }
}
