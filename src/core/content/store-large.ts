import type { ContentReference } from '../../contracts/content';
import { isContentReference, JSON_MEDIA_TYPE, TEXT_MEDIA_TYPE } from '../../contracts/content';
import type { JsonValue } from '../../contracts/json';
import { INLINE_LIMIT_BYTES } from '../../contracts/limits';

/** Writes one text to the content store. */
export type PutText = (text: string, mediaType: string) => Promise<ContentReference>;

/**
 * A value whose JSON is within the limit, with what was too large replaced by references: strings as text, lists as
 * JSON, and of an object its largest fields first, so that small facts stay readable in history.
 */
export async function storeLarge(value: JsonValue, put: PutText, limit = INLINE_LIMIT_BYTES): Promise<JsonValue> {
  if (isContentReference(value) || jsonBytes(value) <= limit) return value;
  if (typeof value === 'string') return put(value, TEXT_MEDIA_TYPE);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return put(JSON.stringify(value), JSON_MEDIA_TYPE);

  const fields = Object.entries(value);
  const sizes = new Map(fields.map(([key, field]) => [key, jsonBytes(field)]));
  const small = { ...value };
  for (const [key, field] of [...fields].sort((a, b) => (sizes.get(b[0]) ?? 0) - (sizes.get(a[0]) ?? 0))) {
    if (jsonBytes(small) <= limit) return small;
    // A field this small would be no shorter as a reference.
    if ((sizes.get(key) ?? 0) < 256) break;
    small[key] = await storeLarge(field, put, Math.min(limit, 256));
  }
  return jsonBytes(small) <= limit ? small : put(JSON.stringify(value), JSON_MEDIA_TYPE);
}

function jsonBytes(value: JsonValue): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
