import { CadenzaError } from '../contracts/failures';
import { shown, suggestion } from '../contracts/nearest-name';
import { parseReference } from '../core/references';
import type { Carrier, OptionalRef } from './references';

/** The text of each reference that was recorded. Kept beside them: every property of one is a field of the value. */
const texts = new WeakMap<object, string>();

/** The reference as definitions write it, `text.items[0].name`; undefined for anything else. */
export function referenceText(value: unknown): string | undefined {
  return isObject(value) ? texts.get(value) : undefined;
}

/**
 * Lets a reference be missing: the parameter is left out then, where the step would fail otherwise.
 * @throws CadenzaError `InvalidInput` for what is not a reference
 */
export function optional<T>(reference: Carrier<T>): OptionalRef<Exclude<T, undefined | null> | Extract<T, null>> {
  const text = referenceText(reference);
  if (text === undefined) throw refuse('optional takes a reference, such as text.title');
  return remember({}, text.endsWith('?') ? text : `${text}?`) as never;
}

/**
 * An object with one reference for each name. Asking it for another name throws, with the nearest.
 * @throws CadenzaError `InvalidInput`
 */
export function referencesTo(names: readonly string[]): object {
  return new Proxy(
    {},
    {
      get: (_target, name) => {
        if (typeof name === 'symbol') return undefined;
        if (names.includes(name)) return record(name);
        throw refuse(`there is nothing called "${shown(name)}" to refer to here${suggestion(name, names)}`);
      },
    },
  );
}

/** Every property of it is a longer reference. It can be called because `at` is one of them. */
function record(text: string): object {
  const recorder = new Proxy(() => undefined, {
    get: (_target, key) => {
      if (key === Symbol.toPrimitive) throw refuse(`${shown(text)} is a reference, known only when the step runs`);
      return typeof key === 'symbol' ? undefined : record(extended(text, key));
    },
    apply: (_target, _self, [key]: unknown[]) => {
      if (!text.endsWith('.at') || !(typeof key === 'string' || typeof key === 'number')) {
        throw refuse(`${shown(text)} is a reference and can not be called`);
      }
      return record(extended(text.slice(0, -'.at'.length), String(key)));
    },
    set: () => {
      throw refuse(`${shown(text)} is a reference and can not be set`);
    },
  });
  return remember(recorder, text);
}

function extended(text: string, key: string): string {
  const longer = /^\d+$/.test(key) ? `${text}[${key}]` : `${text}.${key}`;
  if (!parseReference(longer) || longer.endsWith('?')) {
    throw refuse(`${shown(text)}: a reference can not name "${shown(key)}"; use letters, digits, _ and -`);
  }
  return longer;
}

function remember<T extends object>(reference: T, text: string): T {
  texts.set(reference, text);
  return reference;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function refuse(message: string): CadenzaError {
  return new CadenzaError('InvalidInput', message);
}
