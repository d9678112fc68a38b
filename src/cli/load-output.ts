import type { Cadenza, Envelope } from '../client';
import { JSON_MEDIA_TYPE, isContentReference } from '../contracts/content';
import type { ContentReference } from '../contracts/content';
import type { JsonObject, JsonValue } from '../contracts/json';
import { MAIN_OUTPUT } from '../contracts/names';

/** More than this of one value is no reading matter for a terminal. */
const SHOWN_BYTES = 256 * 1024;

/**
 * The main output of a run with the large values that it refers to in place. What can not be loaded (another machine's
 * store, a value too large for a screen) is told in its place.
 */
export async function loadOutput(
  { pattern, result }: Pick<Envelope, 'pattern' | 'result'>,
  read: Cadenza['readContent'],
): Promise<JsonValue | undefined> {
  // Its summary stands in the result; the results of all items are for a file.
  if (pattern === 'batch') return undefined;
  const field = pattern === null ? undefined : (MAIN_OUTPUT as Partial<Record<string, string>>)[pattern];
  const output = field === undefined ? result : (result as JsonObject | undefined)?.[field];
  return output === undefined ? undefined : loadValue(output, read);
}

/** A value with what it refers to in place, up to so many bytes each. */
export async function loadValue(
  value: JsonValue,
  read: Cadenza['readContent'],
  most = SHOWN_BYTES,
): Promise<JsonValue> {
  if (isContentReference(value)) return loadReference(value, read, most);
  if (Array.isArray(value)) return Promise.all(value.map((item) => loadValue(item, read, most)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, item]) => [key, await loadValue(item, read, most)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function loadReference(
  reference: ContentReference,
  read: Cadenza['readContent'],
  most: number,
): Promise<JsonValue> {
  const { bytes, mediaType } = reference;
  if (bytes > most) return `(${bytes} bytes of ${mediaType}; --json shows the reference)`;
  try {
    const text = await read(reference);
    return mediaType === JSON_MEDIA_TYPE ? (JSON.parse(text) as JsonValue) : text;
  } catch {
    return `(${bytes} bytes of ${mediaType}, not in the store of this machine)`;
  }
}

/** Of a larger tree the texts of its thoughts are not loaded. */
const MOST_THOUGHTS = 300;

/** The result of a tree of thoughts with the texts of its thoughts in place, to be drawn; every other as it is. */
export async function withThoughts(envelope: Envelope, read: Cadenza['readContent']): Promise<Envelope> {
  const { pattern, result } = envelope;
  const tree = pattern === 'treeOfThought' ? (result as JsonObject | undefined)?.['tree'] : undefined;
  if (tree === undefined) return envelope;
  const whole = isContentReference(tree) ? await loadReference(tree, read, SHOWN_BYTES) : tree;
  const nodes = (whole as JsonObject | null)?.['nodes'];
  const isSmall = Array.isArray(nodes) && nodes.length <= MOST_THOUGHTS;
  return { ...envelope, result: { ...(result as JsonObject), tree: isSmall ? await loadValue(whole, read) : tree } };
}
