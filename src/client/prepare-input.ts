import type { GivenInput } from '../contracts/check-input.schema';
import { checkInput } from '../contracts/check-input.schema';
import type { BatchInput } from '../contracts/batch.schema';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import type { ContentScope } from '../contracts/content';
import { isContentReference, NO_TENANT } from '../contracts/content';
import type { JsonObject, JsonValue } from '../contracts/json';
import type { Pattern } from '../contracts/names';
import { AVAILABLE_PATTERNS, TENANT_LABEL } from '../contracts/names';
import { checkItems, itemName, splitItem } from '../core/batch/batch-items';
import { storeLarge } from '../core/content/store-large';
import type { ContentStore } from '../store/content-store';
import { storeDocument } from '../store/store-document';

/**
 * Checks an input and moves what is large out of its `input`: `{ file }` of a pipeline becomes a stored document, other
 * large values references. What is returned is what goes into the run's history.
 * @throws CadenzaError `InvalidInput`, or what is wrong with the file
 */
export async function prepareInput<P extends Pattern>(
  pattern: P,
  given: GivenInput<P>,
  store: ContentStore,
  namespace: string,
): Promise<GivenInput<P>> {
  if (!(AVAILABLE_PATTERNS as readonly string[]).includes(pattern)) {
    throw new CadenzaError(
      'Unsupported',
      `${pattern} is not run by this version; it has ${AVAILABLE_PATTERNS.join(', ')}`,
    );
  }
  const checked = checkInput(pattern, given);
  if (pattern === 'eventRouter') return given;
  const labels = (checked as { labels?: Record<string, string> }).labels;
  const scope = { namespace, tenant: labels?.[TENANT_LABEL] ?? NO_TENANT };
  if (pattern === 'batch') {
    const items = await prepareItems(checked as BatchInput, store, scope);
    return { ...(given as object), items } as GivenInput<P>;
  }
  const { input = null } = given as { input?: JsonValue };
  const stored = await storeInput(input, store, scope, pattern === 'pipeline');
  return { ...(given as object), input: stored } as GivenInput<P>;
}

/**
 * Checks a batch as far as it can be done without a Worker: ids, and the settings with the first item by the pattern's own
 * schema. The files that items of a pipeline name are stored; so is the list, where it is long.
 */
async function prepareItems(
  { pattern, config, items }: BatchInput,
  store: ContentStore,
  scope: ContentScope,
): Promise<BatchInput['items']> {
  if (isContentReference(items)) return items;
  checkItems(items);
  const prepared: JsonObject[] = [];
  for (const [index, item] of items.entries()) {
    const hasFile = pattern === 'pipeline' && isFileInput(item['input'] ?? null);
    prepared.push(hasFile ? { ...item, input: await storeFileOf(item, index, store, scope) } : item);
  }
  const [first = {}] = prepared;
  checkFirst(pattern, { ...config, ...splitItem(first).input });
  const list = await storeLarge(prepared, (text, mediaType) => store.put(scope, Buffer.from(text, 'utf8'), mediaType));
  return list as BatchInput['items'];
}

function storeFileOf(item: JsonObject, index: number, store: ContentStore, scope: ContentScope): Promise<JsonValue> {
  return storeInput(item['input'] as JsonValue, store, scope, true).catch((error: unknown) => {
    if (!isCadenzaError(error)) throw error;
    throw named(error, `${itemName(index)}: `);
  });
}

function checkFirst(pattern: Pattern, input: JsonObject): void {
  try {
    checkInput(pattern, input);
  } catch (error) {
    if (!isCadenzaError(error)) throw error;
    throw named(error, `config with ${itemName(0)}: `);
  }
}

function named({ type, message, field }: CadenzaError, what: string): CadenzaError {
  return new CadenzaError(type, what + message, { field });
}

async function storeInput(
  input: JsonValue,
  store: ContentStore,
  scope: ContentScope,
  takesFiles: boolean,
): Promise<JsonValue> {
  if (takesFiles && isFileInput(input)) {
    if (typeof input.file !== 'string' || input.file === '') {
      throw new CadenzaError('InvalidInput', 'input.file: expected the path of a file', { field: 'input.file' });
    }
    return storeDocument(store, scope, input.file);
  }
  return storeLarge(input, (text, mediaType) => store.put(scope, Buffer.from(text, 'utf8'), mediaType));
}

function isFileInput(input: JsonValue): input is { file: JsonValue } {
  return typeof input === 'object' && input !== null && !Array.isArray(input) && Object.keys(input).join() === 'file';
}
