type Schema = Record<string, unknown>;

/** Bounds for what a schema leaves open: a small model repeats itself until something stops it. */
const MAX_STRING = 400;
const MAX_ITEMS = 20;
const MAX_DEPTH = 20;
const SCALARS = ['string', 'number', 'integer', 'boolean', 'null'];

/**
 * A JSON Schema as the engine's grammar takes it: strings and arrays bounded, `anyOf` and lists of types as
 * `oneOf`, everything without meaning for a grammar left out. Every property counts as required. Throws a sentence as
 * an Error for what a grammar can not keep to: the engine itself would answer `null` there and say nothing.
 */
export function boundedSchema(schema: Schema, path = '$', depth = 0): Schema {
  if (depth > MAX_DEPTH) throw new Error(`${path}: the schema is nested more than ${MAX_DEPTH} deep`);
  const inner = (value: unknown, at: string) =>
    boundedSchema(asSchema(value, `${path}.${at}`), `${path}.${at}`, depth + 1);
  const each = (values: unknown, at: string) =>
    asList(values, `${path}.${at}`).map((value, i) => inner(value, `${at}[${i}]`));
  const defs =
    '$defs' in schema ? { $defs: mapValues(schema['$defs'], (value, key) => inner(value, `$defs.${key}`)) } : {};

  if ('allOf' in schema || 'not' in schema) throw new Error(`${path}: allOf and not are not served`);
  if (typeof schema['$ref'] === 'string') return { $ref: localReference(schema['$ref'], path), ...defs };
  if ('const' in schema) return { const: schema['const'] };
  if (Array.isArray(schema['enum'])) return { enum: schema['enum'] };
  const alternatives = schema['oneOf'] ?? schema['anyOf'];
  if (alternatives !== undefined) return { oneOf: each(alternatives, 'oneOf'), ...defs };

  const { type } = schema;
  if (Array.isArray(type)) {
    const rest = Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$defs'));
    return { oneOf: type.map((one) => boundedSchema({ ...rest, type: one }, path, depth + 1)), ...defs };
  }
  switch (type ?? (schema['properties'] ? 'object' : schema['items'] ? 'array' : undefined)) {
    case 'object':
      return { ...boundedObject(schema, inner), ...defs };
    case 'array':
      return { ...boundedArray(schema, inner, each), ...defs };
    case 'string':
      return boundedString(schema);
    case undefined:
      return { oneOf: SCALARS.map((scalar) => boundedSchema({ type: scalar })), ...defs };
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
      return { type };
    default:
      throw new Error(`${path}: type ${JSON.stringify(type)?.slice(0, 40)} is not a type of JSON Schema`);
  }
}

function boundedObject(schema: Schema, inner: (value: unknown, at: string) => Schema): Schema {
  const additional = schema['additionalProperties'];
  const open = additional !== undefined && additional !== false;
  return {
    type: 'object',
    properties: mapValues(schema['properties'] ?? {}, (value, key) => inner(value, key)),
    ...(open && { additionalProperties: additional === true ? true : inner(additional, 'additionalProperties') }),
  };
}

function boundedArray(
  schema: Schema,
  inner: (value: unknown, at: string) => Schema,
  each: (values: unknown, at: string) => Schema[],
): Schema {
  const minItems = count(schema['minItems'], 0);
  const prefixItems = schema['prefixItems'] === undefined ? undefined : each(schema['prefixItems'], 'prefixItems');
  return {
    type: 'array',
    items: inner(schema['items'] ?? {}, 'items'),
    ...(prefixItems && { prefixItems }),
    minItems,
    maxItems: Math.max(minItems, prefixItems?.length ?? 0, Math.min(count(schema['maxItems'], MAX_ITEMS), MAX_ITEMS)),
  };
}

function boundedString(schema: Schema): Schema {
  const { format } = schema;
  if (format === 'date-time' || format === 'date' || format === 'time') return { type: 'string', format };
  const minLength = Math.min(count(schema['minLength'], 0), MAX_STRING);
  return {
    type: 'string',
    minLength,
    maxLength: Math.max(minLength, Math.min(count(schema['maxLength'], MAX_STRING), MAX_STRING)),
  };
}

/** zod and most generators write `$defs`; older ones write `definitions`, which the engine does not know. */
function localReference(reference: string, path: string): string {
  if (!reference.startsWith('#/$defs/')) throw new Error(`${path}: only references to #/$defs/ are served`);
  return reference;
}

function count(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : otherwise;
}

function asSchema(value: unknown, path: string): Schema {
  if (value === true) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${path}: not a schema`);
  return value as Schema;
}

function asList(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`${path}: not a list of schemas`);
  return value;
}

function mapValues(value: unknown, change: (value: unknown, key: string) => Schema): Schema {
  return Object.fromEntries(Object.entries(value ?? {}).map(([key, entry]) => [key, change(entry, key)]));
}
