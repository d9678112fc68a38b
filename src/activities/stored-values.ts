import type { ContentPath, ContentReference } from '../contracts/content';
import { JSON_MEDIA_TYPE } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import { MAX_BATCH_ITEMS, MAX_ITEMS } from '../contracts/limits';
import type { ActivityDependencies } from './dependencies';
import { scopedContent } from './scoped-content';

/** Most bytes of one entry that stays in place: a list of a thousand must fit one activity's result. */
const ENTRY_BYTES = 512;

/** The entries of a list, each small. @throws CadenzaError `InvalidInput` where it is no list, or too long */
export function createListItems({ store, namespace }: ActivityDependencies) {
  return async (tenant: string, list: JsonValue | ContentPath): Promise<JsonValue[]> => {
    const content = scopedContent(store, namespace, tenant);
    const items = await content.load(list, 'forEach.items');
    if (!Array.isArray(items)) {
      const got = items === null ? 'null' : typeof items;
      throw new CadenzaError('InvalidInput', `forEach.items: expected a list, got ${got}`, { field: 'forEach.items' });
    }
    if (items.length > MAX_ITEMS) {
      const message = `forEach.items: ${items.length} entries, at most ${MAX_ITEMS}; \`cadenza batch\` runs a pattern over up to ${MAX_BATCH_ITEMS}`;
      throw new CadenzaError('InvalidInput', message, { field: 'forEach.items' });
    }
    return Promise.all(items.map((item) => content.shrink(item, ENTRY_BYTES)));
  };
}

/** Many outputs as one value: in place where all of it is small, else one list in the content store. */
export function createGatherOutputs({ store, namespace }: ActivityDependencies) {
  return async (tenant: string, outputs: JsonValue[], inlineLimit: number): Promise<JsonValue> => {
    const content = scopedContent(store, namespace, tenant);
    return content.shrink(await content.load(outputs, 'outputs'), inlineLimit);
  };
}

/** What a path into stored content leads to: where the path itself can not travel on. @throws `MissingField` */
export function createFollowPath({ store, namespace }: ActivityDependencies) {
  return async (tenant: string, value: ContentPath): Promise<JsonValue> => {
    const content = scopedContent(store, namespace, tenant);
    return content.shrink(await content.load(value, 'inputs'));
  };
}

/** Stored lists as one stored object with all their entries under `field`; what they refer to stays stored. */
export function createJoinPages(dependencies: ActivityDependencies) {
  const load = createLoadValue(dependencies);
  const store = createStoreValue(dependencies);
  return async (tenant: string, pages: ContentReference[], field: string): Promise<ContentReference> => {
    const lists = await Promise.all(pages.map(async (page) => (await load(tenant, page)) as JsonValue[]));
    return store(tenant, { [field]: lists.flat() });
  };
}

/** A value as one reference, whatever its size. */
export function createStoreValue({ store, namespace }: ActivityDependencies) {
  return (tenant: string, value: JsonValue): Promise<ContentReference> =>
    store.put({ namespace, tenant }, Buffer.from(JSON.stringify(value), 'utf8'), JSON_MEDIA_TYPE);
}

/** What was stored as one reference; nothing in it is loaded. */
export function createLoadValue({ store, namespace }: ActivityDependencies) {
  return async (tenant: string, reference: ContentReference): Promise<JsonValue> =>
    JSON.parse(Buffer.from(await store.get({ namespace, tenant }, reference)).toString('utf8')) as JsonValue;
}
