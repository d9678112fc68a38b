import type { BatchInput } from '../contracts/batch.schema';
import type { GivenInput } from '../contracts/check-input.schema';
import { CadenzaError } from '../contracts/failures';
import type { ContentScope } from '../contracts/content';
import { NO_TENANT } from '../contracts/content';
import type { JsonValue } from '../contracts/json';
import type { Pattern } from '../contracts/names';
import { TENANT_LABEL } from '../contracts/names';
import { storeLarge } from '../core/content/store-large';
import type { ContentStore } from '../store/content-store';
import { storeDocument } from '../store/store-document';
import { checkGiven } from './check-given';
import { checkWritable } from './check-writable';
import { checkBatch, prepareItems } from './prepare-items';

/** What each pattern works on, where that is not called its input. */
const TEXT_FIELDS: Partial<Record<Pattern, string>> = { chain: 'initialPrompt', treeOfThought: 'problem' };

/**
 * Checks an input and moves what is large out of what it works on, or of the items of a batch: `{ file }` of a pipeline
 * becomes a stored document, other large values references. What is returned is what goes into the run's history.
 * @throws CadenzaError `InvalidInput`, or what is wrong with the file
 */
export async function prepareInput<P extends Pattern>(
  pattern: P,
  given: GivenInput<P>,
  store: ContentStore,
  namespace: string,
): Promise<GivenInput<P>> {
  const checked = checkGiven(pattern, given);
  checkWritable(`${pattern} input`, given);
  if (pattern === 'eventRouter') return given;
  const labels = (checked as { labels?: Record<string, string> }).labels;
  const scope = { namespace, tenant: labels?.[TENANT_LABEL] ?? NO_TENANT };
  if (pattern === 'batch') {
    const batch = checked as BatchInput;
    checkBatch(batch);
    return { ...(given as object), items: await prepareItems(batch, store, scope) } as GivenInput<P>;
  }
  const field = TEXT_FIELDS[pattern] ?? 'input';
  const input = (given as Record<string, JsonValue>)[field] ?? null;
  const stored = await storeInput(input, store, scope, pattern === 'pipeline');
  return { ...(given as object), [field]: stored } as GivenInput<P>;
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
