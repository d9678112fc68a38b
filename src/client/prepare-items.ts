import type { BatchInput } from '../contracts/batch.schema';
import { checkInput } from '../contracts/check-input.schema';
import type { ContentScope } from '../contracts/content';
import { isContentReference } from '../contracts/content';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import type { JsonObject, JsonValue } from '../contracts/json';
import { checkItems, itemName, splitItem } from '../core/batch/batch-items';
import { storeLarge } from '../core/content/store-large';
import type { ContentStore } from '../store/content-store';
import { storeDocument } from '../store/store-document';

/**
 * Checks a batch as far as it can be done without a Worker: its items, and the settings with the first of them by the
 * pattern's own schema. `nameOf` says how an item is called in a message. @throws CadenzaError `InvalidInput`
 */
export function checkBatch({ pattern, config, items }: BatchInput, nameOf = itemName): void {
  if (isContentReference(items)) return;
  checkItems(items, nameOf);
  const { input } = splitItem(items[0] as JsonObject);
  try {
    // A file becomes a document later.
    checkInput(pattern, { ...config, ...input });
  } catch (error) {
    throw named(error, `config with ${nameOf(0)}: `);
  }
}

/**
 * The items of a batch as they go into history: files that items of a pipeline name are stored, and so is the list where
 * it is long. @throws CadenzaError what is wrong with a file, naming its item
 */
export async function prepareItems(
  { pattern, items }: BatchInput,
  store: ContentStore,
  scope: ContentScope,
): Promise<BatchInput['items']> {
  if (isContentReference(items)) return items;
  const prepared: JsonObject[] = [];
  for (const [index, item] of items.entries()) {
    const file = pattern === 'pipeline' ? fileOf(item['input']) : undefined;
    if (file === undefined) prepared.push(item);
    else {
      const document = await storeDocument(store, scope, file).catch((error: unknown) => {
        throw named(error, `${itemName(index)}: `);
      });
      prepared.push({ ...item, input: document });
    }
  }
  const list = await storeLarge(prepared, (text, mediaType) => store.put(scope, Buffer.from(text, 'utf8'), mediaType));
  return list as BatchInput['items'];
}

function fileOf(input: JsonValue | undefined): string | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
  const { file } = input;
  return typeof file === 'string' && Object.keys(input).length === 1 ? file : undefined;
}

function named(error: unknown, what: string): unknown {
  if (!isCadenzaError(error)) return error;
  return new CadenzaError(error.type, what + error.message, { field: error.field });
}
