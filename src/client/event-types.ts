import type { z } from 'zod';
import type { subscriptionSchema } from '../contracts/event-router.schema';
import type { GivenInput } from '../contracts/check-input.schema';
import type { JsonValue } from '../contracts/json';
import type { AnsweringPattern } from '../contracts/names';
import type { PatternResults } from '../contracts/pattern-results';
import type { HandlerName, HandlerOf } from './handler-signatures';
import type { Carrier, Mapped, MappedFields, Ref, Typed } from './references';
import type { Exactly } from './step-types';

type GivenSubscription = z.input<typeof subscriptionSchema>;

/** An event as a handler's inputs refer to it. */
export type EventRefs<Data> = {
  readonly data: Ref<Data>;
  readonly id: Ref<string>;
  readonly type: Ref<string>;
  readonly source: Ref<string>;
  readonly time: Ref<string>;
  readonly subject: Ref<string>;
};

/** Types of events that can be subscribed to: those declared or emitted, what follows them, and patterns with `*`. */
export type EventName<Events> =
  | (keyof Events & string)
  | `${keyof Events & string}.${'completed' | 'failed'}`
  | '*'
  | `*.${string}`
  | `${string}.*`
  | `${string}.*.${string}`;

/** The data of events of that type; of a pattern, of any event it is for. */
export type EventData<Events, On extends string> = On extends keyof Events
  ? Events[On]
  : On extends `${infer Base extends keyof Events & string}.completed`
    ? { original: { id: string; type: string; data: Events[Base] }; result: JsonValue; handler: string }
    : On extends `${infer Base extends keyof Events & string}.failed`
      ? {
          original: { id: string; type: string; data: Events[Base] };
          error: { type: string; message: string };
          handler: string;
        }
      : Events[MatchingKeys<Events, On>];

type MatchingKeys<Events, On extends string> = {
  [K in keyof Events & string]: Matches<On, K> extends true ? K : never;
}[keyof Events & string];

/** `*` stands for exactly one segment. */
type Matches<On extends string, Type extends string> = On extends `${infer A}.${infer RestA}`
  ? Type extends `${infer B}.${infer RestB}`
    ? A extends '*' | B
      ? Matches<RestA, RestB>
      : false
    : false
  : Type extends `${string}.${string}`
    ? false
    : On extends '*' | Type
      ? true
      : false;

/** The types that one call of `on` is about; `never` is what the subscription does not have. */
export type OnTypes = { handler: string; pattern: AnsweringPattern; given: unknown; returns: unknown };
export type OnTypesOf<H, P, Given, Returns> = { handler: H; pattern: P; given: Given; returns: Returns };

/** What a subscription says, in the words of the router's input. Exactly one of handler, definition and pattern. */
export type OnSpec<Own, Data, T extends OnTypes, Emitted, Carried> = Pick<
  GivenSubscription,
  'name' | 'filter' | 'retryCount' | 'timeoutSeconds'
> & {
  handler?: T['handler'] & HandlerName<Own>;
  /** The name of a registered definition; without `inputs` it is given the event's data as its input. */
  definition?: string;
  pattern?: T['pattern'];
  inputs?: (event: EventRefs<Data>) => Exactly<T['given'], OnInputs<Own, T>>;
  config?: [T['handler']] extends [never] ? Partial<GivenInput<T['pattern']>> : HandlerOf<Own, T['handler']>['config'];
  /** Events with the same value of it are handled one after the other. */
  orderBy?: (event: EventRefs<Data>) => Carrier<unknown>;
  /** The type of the result, where it can not be seen. */
  returns?: Typed<T['returns']>;
  /** The event that carries the result on: its type, or its type with data made of the event and the result. */
  emit?:
    | Emitted
    | { type: Emitted; data: (event: EventRefs<Data> & { readonly result: Ref<OnResult<Own, T>> }) => Carried };
} & OnRule<Own, T>;

type OnInputs<Own, T extends OnTypes> = [T['handler']] extends [never]
  ? [T['pattern']] extends [never]
    ? { [parameter: string]: Mapped<JsonValue> }
    : { [K in keyof GivenInput<T['pattern']>]?: Mapped<GivenInput<T['pattern']>[K]> }
  : MappedFields<HandlerOf<Own, T['handler']>['inputs']>;

type OnRule<Own, T extends OnTypes> = [T['handler']] extends [never]
  ? [T['pattern']] extends [never]
    ? { definition: string; config?: never }
    : { definition?: never }
  : { definition?: never; pattern?: never } & (Record<never, never> extends HandlerOf<Own, T['handler']>['inputs']
      ? unknown
      : { inputs: unknown });

/** What a subscription's handler gives. */
export type OnResult<Own, T extends OnTypes> = [T['returns']] extends [never]
  ? [T['handler']] extends [never]
    ? [T['pattern']] extends [never]
      ? JsonValue
      : PatternResults[T['pattern']]
    : HandlerOf<Own, T['handler']>['output']
  : T['returns'];

/** The events there are after one more is emitted. */
export type WithEvent<Events, Type extends string, Data> = {
  [K in keyof Events | Type]: K extends Type
    ? K extends keyof Events
      ? Events[K] | Data
      : Data
    : Events[K & keyof Events];
};
