import type { ContentPath, ContentReference } from '../contracts/content';
import { JSON_MEDIA_TYPE } from '../contracts/content';
import type { JsonValue } from '../contracts/json';
import { loadStored } from '../core/content/load-stored';
import { storeLarge } from '../core/content/store-large';
import type { ContentStore } from '../store/content-store';

/** The content store as one tenant's run sees it. */
export type ScopedContent = {
  /** A value with what it refers to loaded; documents stay references. `name` is for messages. */
  load(value: JsonValue | ContentPath, name: string): Promise<JsonValue>;
  /** The same value, small: what is large in it is in the store. */
  shrink(value: JsonValue, limit?: number): Promise<JsonValue>;
  /** All of a value as one reference, whatever its size; nothing in what it is loaded as is searched for others. */
  keep(value: JsonValue): Promise<ContentReference>;
  read(reference: ContentReference): Promise<Uint8Array>;
};

/** Reads and writes within one namespace and tenant, and nowhere else. */
export function scopedContent(store: ContentStore, namespace: string, tenant: string): ScopedContent {
  const scope = { namespace, tenant };
  const read = (reference: ContentReference) => store.get(scope, reference);
  const getText = async (reference: ContentReference) => Buffer.from(await read(reference)).toString('utf8');
  return {
    read,
    keep: (value) => store.put(scope, Buffer.from(JSON.stringify(value), 'utf8'), JSON_MEDIA_TYPE),
    load: (value, name) => loadStored(value, getText, name),
    shrink: (value, limit) =>
      storeLarge(value, (text, mediaType) => store.put(scope, Buffer.from(text, 'utf8'), mediaType), limit),
  };
}
