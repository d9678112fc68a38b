import { cancellationSignal } from '@temporalio/activity';
import { check } from '../contracts/check-input.schema';
import type { NamedSubscription, RoutedEvent, Taker } from '../contracts/event-messages';
import type { CloudEvent } from '../contracts/event.schema';
import { eventSchema } from '../contracts/event.schema';
import type { FailureInfo } from '../contracts/failures';
import { isCadenzaError } from '../contracts/failures';
import type { JsonObject, JsonValue } from '../contracts/json';
import { EVENT_INLINE_BYTES } from '../contracts/limits';
import { matchesType } from '../core/events/event-types';
import { parseReference, resolveReference } from '../core/references';
import type { Evaluation } from '../evaluator/evaluator';
import type { ActivityDependencies } from './dependencies';
import type { ScopedContent } from './scoped-content';
import { scopedContent } from './scoped-content';

/**
 * Who takes each event: the subscriptions whose pattern is for its type and whose filter lets it in. Events come from
 * anyone who can signal a workflow, so each is checked here; what is large in one goes to the content store. A filter
 * that can not be evaluated fails for its own subscription only.
 */
export function createRouteEvents(dependencies: ActivityDependencies) {
  const { store, namespace } = dependencies;
  return async (tenant: string, given: JsonValue, events: unknown[]): Promise<RoutedEvent[]> => {
    const content = scopedContent(store, namespace, tenant);
    const subscriptions = (await content.load(given, 'subscriptions')) as unknown as NamedSubscription[];
    return Promise.all(events.map((event) => routeOne(event, subscriptions, content, dependencies)));
  };
}

async function routeOne(
  given: unknown,
  subscriptions: readonly NamedSubscription[],
  content: ScopedContent,
  { evaluator }: ActivityDependencies,
): Promise<RoutedEvent> {
  try {
    const whole = check(eventSchema, given, 'event') as CloudEvent;
    const event: CloudEvent = { ...whole, data: await content.shrink(whole.data, EVENT_INLINE_BYTES) };
    const matching = subscriptions.filter(({ on }) => matchesType(on, event.type));
    const filters = matching.flatMap(({ filter }) => filter ?? []);
    const asked = filters.length > 0 || matching.some(({ orderBy }) => orderBy !== undefined);
    const scope = asked ? ((await content.load(event as unknown as JsonObject, 'event')) as JsonObject) : {};
    const jobs = filters.map((expression) => ({ expression, scope }));
    const outcomes = await evaluator.evaluate(jobs, cancellationSignal());
    const takers: Taker[] = [];
    let filtered = 0;
    for (const { name, filter, orderBy } of matching) {
      const outcome = filter === undefined ? { value: true } : outcomes.shift();
      const problem = problemOf(outcome);
      if (problem !== undefined) takers.push({ subscription: name, failed: expressionFailed(name, problem) });
      else if (outcome && 'value' in outcome && outcome.value === false) filtered += 1;
      else takers.push({ subscription: name, ...orderKeyOf(orderBy, scope) });
    }
    return { event, takers, filtered };
  } catch (error) {
    cancellationSignal().throwIfAborted();
    if (!isCadenzaError(error) || error.retryable) throw error;
    const { type, message, field } = error;
    const event = { ...asEvent(given), data: await content.shrink(dataOf(given), EVENT_INLINE_BYTES) };
    return { event, refused: { type, message, ...(field === undefined ? {} : { field }) } };
  }
}

/** Events without the value that orders them are not ordered. */
function orderKeyOf(orderBy: string | undefined, scope: JsonObject): { orderKey?: string } {
  const reference = orderBy === undefined ? undefined : parseReference(orderBy);
  const found = reference && resolveReference(reference, scope);
  return found?.found && found.value !== null ? { orderKey: JSON.stringify(found.value).slice(0, 500) } : {};
}

function problemOf(outcome: Evaluation | undefined): string | undefined {
  if (!outcome || 'problem' in outcome) return outcome?.problem ?? 'gave no value';
  if (typeof outcome.value === 'boolean') return undefined;
  return `must give true or false, and gave ${outcome.value === null ? 'nothing' : `a ${typeof outcome.value}`}`;
}

function expressionFailed(name: string, problem: string): FailureInfo {
  return { type: 'ExpressionFailed', message: `filter of "${name}": ${problem}`, field: 'filter' };
}

/** As much of an event as what came in has, so that a dead letter can show it. */
function asEvent(given: unknown): Omit<CloudEvent, 'data'> {
  const fields = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof fields[name] === 'string' ? (fields[name] as string).slice(0, 200) : '');
  return {
    specversion: '1.0',
    id: text('id'),
    type: text('type'),
    source: text('source'),
    time: text('time'),
    hops: 0,
  };
}

function dataOf(given: unknown): JsonValue {
  const { data = null } = (typeof given === 'object' && given !== null ? given : {}) as { data?: JsonValue };
  return data;
}
