import { CadenzaError } from '../contracts/failures';
import type { JsonObject, JsonValue } from '../contracts/json';
import { shown } from '../contracts/nearest-name';
import { literalOf, mappingOf, mappingsOf, referenceOnly } from './record-mappings';
import { referencesTo, referenceText } from './record-reference';

type Callback = (refs: object) => unknown;

/**
 * A step as a definition has it: callbacks are asked once for the references they give. What it says otherwise goes
 * through as it is, for the schema to check. `names` are what it may refer to.
 * @throws CadenzaError `InvalidInput` naming the field
 */
export function stepData(name: string, spec: object, names: readonly string[]): JsonObject {
  const at = shown(name);
  const { forEach, inputs, returns: _type, ...rest } = spec as Record<string, unknown>;
  const { items, ...loop } = (forEach ?? {}) as { items?: unknown; as?: unknown };
  const entry = forEach === undefined ? [] : [typeof loop.as === 'string' ? loop.as : 'item', 'index'];
  return {
    name,
    ...(literalOf(rest, at) as JsonObject),
    ...(forEach === undefined
      ? {}
      : {
          forEach: {
            items: referenceOnly(ask(items, names, `${at}.forEach.items`), `${at}.forEach.items`),
            ...(literalOf(loop, `${at}.forEach`) as JsonObject),
          },
        }),
    ...(inputs === undefined
      ? {}
      : { inputs: mappingsOf(ask(inputs, [...names, ...entry], `${at}.inputs`), `${at}.inputs`) }),
  };
}

/** The output mapping of a definition. @throws CadenzaError `InvalidInput` */
export function outputData(map: unknown, names: readonly string[]): JsonValue {
  const given = ask(map, names, 'output');
  const isOne = referenceText(given) !== undefined || typeof given !== 'object' || given === null;
  if (isOne || Array.isArray(given)) return mappingOf(given, 'output');
  const fields = mappingsOf(given, 'output');
  if (Object.keys(fields).join() === 'value') {
    const message = 'output.value: alone, it would be read as a literal; add a field or call it something else';
    throw new CadenzaError('InvalidInput', message, { field: 'output.value' });
  }
  return fields;
}

/** What a callback gives for references of these names. @throws CadenzaError `InvalidInput` */
export function ask(callback: unknown, names: readonly string[], at: string): unknown {
  if (typeof callback === 'function') return (callback as Callback)(referencesTo(names));
  throw new CadenzaError('InvalidInput', `${at}: expected a function that gives references`, { field: at });
}
