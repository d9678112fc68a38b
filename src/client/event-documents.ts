import type { ContentScope, DocumentReference } from '../contracts/content';
import { createFileContentStore } from '../store/file-content-store';

/**
 * Where an events endpoint puts data that is not JSON: the content store in that folder, readable for the runs of that
 * namespace and tenant. The returned function throws CadenzaError `StoreUnavailable`.
 */
export function eventDocuments(
  folder: string,
  scope: ContentScope,
): (bytes: Uint8Array, mediaType: string, name: string) => Promise<DocumentReference> {
  const store = createFileContentStore(folder);
  return async (bytes, mediaType, name) => ({ ...(await store.put(scope, bytes, mediaType)), name });
}
