import { CadenzaError } from '../contracts/failures';
import type { JsonObject, JsonValue } from '../contracts/json';
import { shown, suggestion } from '../contracts/nearest-name';

/** What a handler was given, read field by field; every refusal names the handler and the field. */
export type Fields = {
  /** The value, or undefined where it was left out or null. */
  optional(name: string): JsonValue | undefined;
  /** @throws CadenzaError `InvalidInput` */
  required(name: string, expected: string): JsonValue;
  /** @throws CadenzaError `InvalidInput` */
  string(name: string): string;
  /** @throws CadenzaError `InvalidInput` */
  optionalString(name: string): string | undefined;
  /** @throws CadenzaError `InvalidInput` */
  optionalStrings(name: string): string[] | undefined;
  /** A whole number within the bounds. @throws CadenzaError `InvalidInput` */
  optionalInteger(name: string, bounds: { min: number; max: number }): number | undefined;
  /** A number within the bounds. @throws CadenzaError `InvalidInput` */
  optionalNumber(name: string, bounds: { min: number; max: number }): number | undefined;
  /** Refuses the value of a field. */
  refuse(name: string, expected: string): never;
};

/**
 * Inputs laid over the configuration, one level deep, as in every step.
 * @throws CadenzaError `InvalidInput` for a field that the handler does not know
 */
export function readFields(handler: string, inputs: JsonObject, config: JsonObject, known: readonly string[]): Fields {
  const given: JsonObject = { ...config, ...inputs };
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const message = `${handler}: unknown field "${shown(unknown)}"${suggestion(unknown, known)}`;
    throw new CadenzaError('InvalidInput', message, { field: shown(unknown) });
  }

  const optional = (name: string) => (Object.hasOwn(given, name) ? (given[name] ?? undefined) : undefined);
  const refuse = (name: string, expected: string): never => {
    const value = optional(name);
    const problem = value === undefined ? `is required (${expected})` : `expected ${expected}, got ${describe(value)}`;
    throw new CadenzaError('InvalidInput', `${handler}: ${name}: ${problem}`, { field: name });
  };
  const optionalString = (name: string) => {
    const value = optional(name);
    return value === undefined || typeof value === 'string' ? value : refuse(name, 'string');
  };
  return {
    optional,
    refuse,
    optionalString,
    required: (name, expected) => optional(name) ?? refuse(name, expected),
    string: (name) => optionalString(name) ?? refuse(name, 'string'),
    optionalStrings: (name) => {
      const value = optional(name);
      if (value === undefined) return undefined;
      return isNonEmptyStrings(value) ? value : refuse(name, 'a list of one or more names');
    },
    optionalInteger: (name, { min, max }) => {
      const value = optional(name);
      if (value === undefined) return undefined;
      if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
      return refuse(name, `a whole number from ${min} to ${max}`);
    },
    optionalNumber: (name, { min, max }) => {
      const value = optional(name);
      if (value === undefined) return undefined;
      if (typeof value === 'number' && value >= min && value <= max) return value;
      return refuse(name, `a number from ${min} to ${max}`);
    },
  };
}

function isNonEmptyStrings(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && item !== '');
}

/** A text is only measured: it may be a document. */
function describe(value: JsonValue): string {
  if (typeof value === 'string') return value === '' ? 'an empty string' : `a string of ${value.length} characters`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
