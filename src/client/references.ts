import type { JsonValue } from '../contracts/json';

declare const carried: unique symbol;
declare const perhaps: unique symbol;

/** Stands for a value of this type that is there when the step runs. Only its type says what it is. */
export type Carrier<T> = { readonly [carried]: T };

/** Stands for a value that may be missing then; see `optional`. */
export type OptionalRef<T> = { readonly [perhaps]: T };

/**
 * A value that is known when the step runs, and what can be reached in it: fields, and entries of lists by `[0]` or
 * `at(0)`. A field that turns out to be missing fails the step, unless the reference is `optional`.
 */
export type Ref<T> = Carrier<T> & (JsonValue extends T ? Keyed<number | string, JsonValue> : Reachable<NonNullable<T>>);

/** `at` is there because an index signature is `| undefined` under noUncheckedIndexedAccess. */
type Keyed<K extends number | string, V> = { at(key: K): Ref<V> } & { readonly [key in K]: Ref<V> };

type Reachable<T> = T extends readonly (infer Entry)[]
  ? Keyed<number, Entry>
  : T extends object
    ? string extends keyof T
      ? Keyed<string, T[keyof T]>
      : { readonly [K in keyof T & string]-?: Ref<Exclude<T[K], undefined>> }
    : unknown;

/** What a parameter of this type can be given: a reference to such a value, or the value itself. */
export type Mapped<T> = (JsonValue extends T ? Carrier<unknown> : Carrier<T>) | T;

/** Parameters by name, each mapped; one that may be left out also takes an optional reference. */
export type MappedFields<T> = {
  [K in keyof T]:
    | Mapped<T[K]>
    | (Record<never, never> extends Pick<T, K> ? OptionalRef<Exclude<T[K], undefined>> : never);
};

/** References by name. */
export type Refs<T> = { readonly [K in keyof T]: Ref<T[K]> };

/** The value behind a reference, or behind several by name. */
export type MappedOutput<T> =
  T extends Carrier<infer V> ? V : T extends object ? { [K in keyof T]: MappedValue<T[K]> } : T;
type MappedValue<T> = T extends Carrier<infer V> ? V : T;

/** A type that is declared where none can be seen: what a transform makes of an output. */
export type Typed<T> = { readonly typed?: T };

/** Declares a type: `returns: typed<{ total: number }>()`. Nothing checks it when the step runs. */
export function typed<T>(): Typed<T> {
  return {};
}
