import type { ContentPath, ContentReference } from '../../contracts/content';
import { isContentPath, isContentReference, isDocumentReference, JSON_MEDIA_TYPE } from '../../contracts/content';
import { CadenzaError } from '../../contracts/failures';
import type { JsonValue } from '../../contracts/json';
import { shown } from '../../contracts/nearest-name';
import { followPath } from '../references';

/** Reads one text from the content store. */
export type GetText = (reference: ContentReference) => Promise<string>;

/**
 * A value with every reference in it replaced by what it stands for. Documents stay references: their bytes are for
 * the handler that asks for them. What was loaded is not searched again, so text can not smuggle a reference in.
 * @throws CadenzaError `MissingField` where a path leads nowhere, `ContentMissing`
 */
export async function loadStored(value: JsonValue | ContentPath, get: GetText, name: string): Promise<JsonValue> {
  if (isDocumentReference(value)) return value;
  if (isContentReference(value)) return loadContent(value, get);
  if (isContentPath(value)) {
    const resolved = followPath(await loadContent(value.from, get), value.path, name);
    if (!resolved.found) throw new CadenzaError('MissingField', resolved.message, { field: name });
    return resolved.value as JsonValue;
  }
  if (Array.isArray(value)) {
    return Promise.all(value.map((entry, index) => loadStored(entry, get, `${name}[${index}]`)));
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value as { [key: string]: JsonValue });
    return Object.fromEntries(
      await Promise.all(
        fields.map(async ([key, field]) => [key, await loadStored(field, get, `${name}.${shown(key)}`)] as const),
      ),
    );
  }
  return value as JsonValue;
}

async function loadContent(reference: ContentReference, get: GetText): Promise<JsonValue> {
  const text = await get(reference);
  if (reference.mediaType !== JSON_MEDIA_TYPE) return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // A parser's own message quotes the text.
    throw new CadenzaError(
      'ContentMissing',
      `content ${reference.ref.slice(0, 19)}… is not JSON, as its reference says`,
    );
  }
}
