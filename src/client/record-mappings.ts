import { CadenzaError } from '../contracts/failures';
import type { InputMapping } from '../contracts/input-mapping.schema';
import type { JsonValue } from '../contracts/json';
import { shown } from '../contracts/nearest-name';
import { referenceText } from './record-reference';

const DEEPEST = 100;

/**
 * A reference as its text, anything else as a literal. `at` is what messages call it.
 * @throws CadenzaError `InvalidInput` for what is not JSON, and for a reference within a value
 */
export function mappingOf(value: unknown, at: string): InputMapping {
  return referenceText(value) ?? { value: literalOf(value, at) };
}

/** One mapping for each field; what is undefined is left out, as in JSON. @throws CadenzaError `InvalidInput` */
export function mappingsOf(values: unknown, at: string): Record<string, InputMapping> {
  if (!isPlainObject(values)) throw refuse(at, 'expected an object: { parameter: reference or value }');
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, mappingOf(value, `${at}.${shown(name)}`)]));
}

/** The text of a reference. @throws CadenzaError `InvalidInput` for anything else */
export function referenceOnly(value: unknown, at: string): string {
  const text = referenceText(value);
  if (text === undefined) throw refuse(at, 'expected a reference, such as text.items');
  return text;
}

/** A copy of a plain value. @throws CadenzaError `InvalidInput` for what is not JSON */
export function literalOf(value: unknown, at: string, depth = 0): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (referenceText(value) !== undefined) {
    throw refuse(at, 'a reference stands alone; it can not be part of a value, of config or of a default');
  }
  if (depth > DEEPEST) throw refuse(at, `is nested more than ${DEEPEST} deep`);
  if (Array.isArray(value)) return value.map((entry, index) => literalOf(entry, `${at}[${index}]`, depth + 1));
  if (!isPlainObject(value)) throw refuse(at, `is not JSON: ${describe(value)}`);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, literalOf(field, `${at}.${shown(name)}`, depth + 1)]));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || referenceText(value) !== undefined) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object of another realm (a vm, a test runner) has that realm's Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return typeof value;
  return `an instance of ${shown(value.constructor?.name ?? 'a class')}`;
}

function refuse(field: string, message: string): CadenzaError {
  return new CadenzaError('InvalidInput', `${field}: ${message}`, { field });
}
