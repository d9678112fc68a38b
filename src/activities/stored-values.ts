import type { ContentPath } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import { MAX_ITEMS } from '../contracts/limits';
import type { ActivityDependencies } from './dependencies';
import { scopedContent } from './scoped-content';
import { toApplicationFailure } from './to-application-failure';

/** Most bytes of one entry that stays in place: a list of a thousand must fit one activity's result. */
const ENTRY_BYTES = 512;

/** The entries of a list, each small. @throws `InvalidInput` where it is no list, or too long */
export function createListItems({ store, namespace }: ActivityDependencies) {
  return async (tenant: string, list: JsonValue | ContentPath): Promise<JsonValue[]> => {
    const content = scopedContent(store, namespace, tenant);
    try {
      const items = await content.load(list, 'forEach.items');
      if (!Array.isArray(items)) {
        throw new CadenzaError(
          'InvalidInput',
          `forEach.items: expected a list, got ${items === null ? 'null' : typeof items}`,
        );
      }
      if (items.length > MAX_ITEMS) {
        throw new CadenzaError(
          'InvalidInput',
          `forEach.items: ${items.length} entries, at most ${MAX_ITEMS}; use a batch`,
        );
      }
      return await Promise.all(items.map((item) => content.shrink(item, ENTRY_BYTES)));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

/** Many outputs as one value: in place where all of it is small, else one list in the content store. */
export function createGatherOutputs({ store, namespace }: ActivityDependencies) {
  return async (tenant: string, outputs: JsonValue[]): Promise<JsonValue> => {
    const content = scopedContent(store, namespace, tenant);
    try {
      return await content.shrink(await content.load(outputs, 'outputs'));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

/** What a path into stored content leads to: where the path itself can not travel on. @throws `MissingField` */
export function createFollowPath({ store, namespace }: ActivityDependencies) {
  return async (tenant: string, value: ContentPath): Promise<JsonValue> => {
    const content = scopedContent(store, namespace, tenant);
    try {
      return await content.shrink(await content.load(value, 'inputs'));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}
