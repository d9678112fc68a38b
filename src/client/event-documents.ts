import type { ContentScope, DocumentReference } from '../contracts/content';
import type { Environment } from '../config/environment';
import { readEnvironment } from '../config/environment';
import { cipherOf } from '../payloads/create-cipher';
import type { ContentStore } from '../store/content-store';
import { createFileContentStore } from '../store/file-content-store';
import { openSealing } from '../store/open-sealing';

/**
 * Where an events endpoint puts data that is not JSON: the content store in that folder, readable for the runs of that
 * namespace and tenant, encrypted where the environment has keys. The returned function throws CadenzaError
 * `StoreUnavailable`, or `ConfigurationInvalid` where the store needs a key that is not set.
 */
export function eventDocuments(
  folder: string,
  scope: ContentScope,
  { encryptionKeys }: Pick<Environment, 'encryptionKeys'> = readEnvironment(),
): (bytes: Uint8Array, mediaType: string, name: string) => Promise<DocumentReference> {
  let opened: Promise<ContentStore> | undefined;
  const open = async () => createFileContentStore(folder, await openSealing(folder, cipherOf(encryptionKeys)));
  return async (bytes, mediaType, name) => {
    const store = await (opened ??= open()).catch((error: unknown) => {
      // What was wrong with the disk may be right for the next one.
      opened = undefined;
      throw error;
    });
    return { ...(await store.put(scope, bytes, mediaType)), name };
  };
}
