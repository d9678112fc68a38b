import type { KnownHandlerTypes } from '../contracts/handler-types';
import type { JsonValue } from '../contracts/json';

/** Names of handlers that a step may have: the known ones, and those of the module with a person's own. */
export type HandlerName<Own> = keyof KnownHandlerTypes | (keyof Own & string);

/** What the handler of that name takes and returns. A person's own is read from its function. */
export type HandlerOf<Own, H> = H extends keyof KnownHandlerTypes
  ? KnownHandlerTypes[H]
  : H extends keyof Own
    ? SignatureOf<Own[H]>
    : never;

/** A parameter that the function does not have takes nothing. */
type SignatureOf<F> = F extends (inputs: infer I, config: infer C, ...rest: never[]) => infer O
  ? { inputs: Taken<I>; config: Taken<C>; output: AsJson<Awaited<O>> }
  : never;

type Taken<T> = unknown extends T ? Record<string, never> : T;

/** What JSON makes of a value: dates become text, what is undefined is left out, nothing at all is null. */
export type AsJson<T> = JsonValue extends T
  ? JsonValue
  : T extends string | number | boolean | null
    ? T
    : T extends undefined | void
      ? null
      : T extends { toJSON(): infer J }
        ? AsJson<J>
        : T extends readonly (infer Entry)[]
          ? AsJson<Entry>[]
          : T extends object
            ? { [K in keyof T as T[K] extends (...args: never) => unknown ? never : K]: AsJsonField<T[K]> }
            : never;

type AsJsonField<T> = undefined extends T ? AsJson<Exclude<T, undefined>> | undefined : AsJson<T>;
