import type { JsonValue } from '../contracts/json';

/**
 * True for a schema that endpoints take in their strict mode: every object names all its properties as required and
 * allows no others. Any other one is sent as a wish, and the answer is checked by whoever asked.
 */
export function isStrictSchema(schema: JsonValue | undefined): boolean {
  if (Array.isArray(schema)) return schema.every(isStrictSchema);
  if (typeof schema !== 'object' || schema === null) return true;
  const { type, properties, required, additionalProperties } = schema;
  if (type === 'object' && !('$ref' in schema)) {
    const names = Object.keys((properties ?? {}) as object);
    const all = Array.isArray(required) ? required : [];
    if (additionalProperties !== false || names.some((name) => !all.includes(name))) return false;
  }
  return Object.entries(schema).every(([key, value]) => key === 'enum' || key === 'const' || isStrictSchema(value));
}
