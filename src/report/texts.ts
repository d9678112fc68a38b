import { isContentReference, JSON_MEDIA_TYPE } from '../contracts/content';
import type { ContentReference } from '../contracts/content';
import type { JsonValue } from '../contracts/json';

/** What stands behind a reference, as far as it was loaded. */
export type LoadedText = { value: JsonValue; size: number } | { missing: 'large' | 'binary' | 'absent' };

/** By the hash of the reference. */
export type Texts = ReadonlyMap<string, LoadedText>;

export type ReadContent = (reference: ContentReference, tenant: string) => Promise<string>;

/** Bytes of one value that are read, and of all of them: a page has to open. */
const ONE = 8 * 1024 * 1024;
const ALL = 24 * 1024 * 1024;

/** References that are followed in one value: a few that name each other over and over would never end. */
const MOST_REFERENCES = 20_000;

/** Loads what the values refer to, and what that refers to in its turn, as far as it is text and not too much. */
export async function loadTexts(values: readonly JsonValue[], tenant: string, read: ReadContent): Promise<Texts> {
  const texts = new Map<string, LoadedText>();
  let left = ALL;
  let next = values.flatMap(referencesIn);
  while (next.length > 0) {
    const fresh = [...new Map(next.map((one) => [one.ref, one])).values()].filter(({ ref }) => !texts.has(ref));
    next = [];
    for (const reference of fresh) {
      const loaded = await loadOne(reference, left, (one) => read(one, tenant));
      texts.set(reference.ref, loaded);
      if (!('value' in loaded)) continue;
      left -= Math.max(reference.bytes, loaded.size);
      next.push(...referencesIn(loaded.value));
    }
  }
  return texts;
}

async function loadOne(
  reference: ContentReference,
  left: number,
  read: (reference: ContentReference) => Promise<string>,
): Promise<LoadedText> {
  const { bytes, mediaType } = reference;
  if (!/^(text\/|application\/json\b)/.test(mediaType)) return { missing: 'binary' };
  if (bytes > Math.min(ONE, left)) return { missing: 'large' };
  try {
    const text = await read(reference);
    return { value: mediaType === JSON_MEDIA_TYPE ? (JSON.parse(text) as JsonValue) : text, size: text.length };
  } catch {
    return { missing: 'absent' };
  }
}

function referencesIn(value: JsonValue): ContentReference[] {
  if (isContentReference(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(referencesIn);
}

/** The value with what it refers to in place, where that was loaded; other references stay. */
export function resolved(value: JsonValue, texts: Texts): JsonValue {
  return within(value, texts, { references: MOST_REFERENCES });
}

function within(value: JsonValue, texts: Texts, left: { references: number }): JsonValue {
  if (isContentReference(value)) {
    const loaded = texts.get(value.ref);
    if (!loaded || !('value' in loaded) || left.references <= 0) return value;
    left.references -= 1;
    return within(loaded.value, texts, left);
  }
  if (Array.isArray(value)) return value.map((item) => within(item, texts, left));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, within(item, texts, left)]));
}
