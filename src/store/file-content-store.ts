import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ContentReference, ContentScope } from '../contracts/content';
import { isContentReference } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import type { ContentStore } from './content-store';
import { errorCode, writeDurably } from './durable-file';

/** The filesystem driver: `<folder>/content/<namespace>/<tenant>/<ab>/<rest of the hash>`. */
export function createFileContentStore(folder: string): ContentStore {
  const fileOf = (scope: ContentScope, hash: string) =>
    path.join(folder, 'content', safeName(scope.namespace), safeName(scope.tenant), hash.slice(0, 2), hash.slice(2));

  return {
    async put(scope, bytes, mediaType) {
      const hash = createHash('sha256').update(bytes).digest('hex');
      const file = fileOf(scope, hash);
      try {
        // An object is named by its hash and appears whole, so one that is there is the same.
        if (!(await exists(file))) await writeDurably(file, bytes);
      } catch (error) {
        throw unavailable('written', error);
      }
      return { ref: `sha256:${hash}`, bytes: bytes.byteLength, mediaType };
    },

    async get(scope, reference) {
      const hash = hashOf(reference);
      let bytes: Uint8Array;
      try {
        bytes = await readFile(fileOf(scope, hash));
      } catch (error) {
        if (errorCode(error) === 'ENOENT') throw missing(scope, hash);
        throw unavailable('read', error);
      }
      if (createHash('sha256').update(bytes).digest('hex') !== hash) {
        throw new CadenzaError('ContentMissing', `content sha256:${hash.slice(0, 12)}… is damaged on disk`);
      }
      return bytes;
    },
  };
}

/** Names become folders: what is not plain is replaced by its hash, so that no name can climb out. */
export function safeName(name: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$/.test(name)) return name;
  return `~${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

function hashOf(reference: ContentReference): string {
  if (!isContentReference(reference)) throw new CadenzaError('ContentMissing', 'not a content reference');
  return reference.ref.slice('sha256:'.length);
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

function missing(scope: ContentScope, hash: string): CadenzaError {
  return new CadenzaError(
    'ContentMissing',
    `content sha256:${hash.slice(0, 12)}… is not in the store of namespace "${scope.namespace}", tenant "${scope.tenant}"; ` +
      'client and workers must share one CADENZA_STORE',
  );
}

function unavailable(verb: string, error: unknown): CadenzaError {
  return new CadenzaError(
    'StoreUnavailable',
    `the content store could not be ${verb} (${errorCode(error) ?? 'error'})`,
  );
}
