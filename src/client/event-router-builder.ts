import type { GivenInput } from '../contracts/check-input.schema';
import { checkInput } from '../contracts/check-input.schema';
import type { JsonObject, JsonValue } from '../contracts/json';
import type { AnsweringPattern } from '../contracts/names';
import { EVENT_FIELDS } from '../contracts/names';
import type { EventData, EventName, OnResult, OnSpec, OnTypesOf, WithEvent } from './event-types';
import type { HandlerName } from './handler-signatures';
import { ask } from './pipeline-data';
import { literalOf, mappingsOf, referenceOnly } from './record-mappings';
import type { MappedOutput } from './references';

/** What a router is told besides its subscriptions. */
export type EventRouterOptions = Omit<GivenInput<'eventRouter'>, 'subscriptions'>;

/** A router that takes more subscriptions. Each call gives a new one. */
export type EventRouterBuilder<Events, Own> = {
  /**
   * One more subscription. What it emits is an event that those after it can be for, with the type of its data.
   * @throws CadenzaError `InvalidInput` where inputs are more than references and plain values
   */
  on<
    On extends EventName<Events>,
    H extends HandlerName<Own> = never,
    P extends AnsweringPattern = never,
    Given = unknown,
    Returns = never,
    Emitted extends string = never,
    Carried = never,
  >(
    type: On,
    spec: OnSpec<Own, EventData<Events, On>, OnTypesOf<H, P, Given, Returns>, Emitted, Carried>,
  ): EventRouterBuilder<
    WithEvent<
      Events,
      Emitted,
      [Carried] extends [never] ? OnResult<Own, OnTypesOf<H, P, Given, Returns>> : MappedOutput<Carried>
    >,
    Own
  >;
  /**
   * The router's input in its normal form, the same data that YAML gives: `cadenza.start('eventRouter', router.input())`.
   * @throws CadenzaError `InvalidInput` naming the field
   */
  input(): GivenInput<'eventRouter'>;
};

/**
 * Begins a router. `Events` maps the types of events that come from outside to their data; without it, every type
 * will do and its data is JSON. `Own` is the type of your own handlers.
 */
export function eventRouter<Events extends object = Record<string, JsonValue>, Own extends object = object>(
  options: EventRouterOptions = {},
): EventRouterBuilder<Events, Own> {
  return build(options, []) as unknown as EventRouterBuilder<Events, Own>;
}

function build(options: EventRouterOptions, subscriptions: readonly JsonObject[]) {
  return {
    on: (type: string, spec: object) =>
      build(options, [...subscriptions, subscriptionData(type, spec, `subscriptions[${subscriptions.length}]`)]),
    input: () => checkInput('eventRouter', { ...options, subscriptions }),
  };
}

function subscriptionData(on: string, spec: object, at: string): JsonObject {
  const { inputs, orderBy, emit, returns: _type, ...rest } = spec as Record<string, unknown>;
  return {
    on,
    ...(literalOf(rest, at) as JsonObject),
    ...(inputs === undefined ? {} : { inputs: mappingsOf(ask(inputs, EVENT_FIELDS, `${at}.inputs`), `${at}.inputs`) }),
    ...(orderBy === undefined
      ? {}
      : { orderBy: referenceOnly(ask(orderBy, EVENT_FIELDS, `${at}.orderBy`), `${at}.orderBy`) }),
    ...(emit === undefined ? {} : { emit: emitData(emit, `${at}.emit`) }),
  };
}

function emitData(emit: unknown, at: string): JsonValue {
  if (typeof emit !== 'object' || emit === null) return literalOf(emit, at);
  const { data, ...rest } = emit as Record<string, unknown>;
  const mapped = mappingsOf(ask(data, [...EVENT_FIELDS, 'result'], `${at}.data`), `${at}.data`);
  return { ...(literalOf(rest, at) as JsonObject), data: mapped };
}
