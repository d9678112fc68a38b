import { createHash } from 'node:crypto';
import { access, readdir, readFile, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { ContentReference, ContentScope } from '../contracts/content';
import { isContentReference } from '../contracts/content';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import type { Sealing } from '../contracts/sealing';
import type { ContentStore } from './content-store';
import { errorCode, writeDurably } from './durable-file';

/**
 * The filesystem driver: `<folder>/content/<namespace>/<tenant>/<ab>/<rest of the hash>`, or with a sealing
 * `<folder>/sealed/<key id>/<namespace>/<tenant>/<ab>/<rest of a keyed name>`. With one, what other keys of it sealed, and
 * what was kept in clear before, is still read.
 */
export function createFileContentStore(folder: string, sealing?: Sealing): ContentStore {
  const plain = path.join(folder, 'content');
  const sealed = path.join(folder, 'sealed');
  const fileIn = (base: string, { namespace, tenant }: ContentScope, name: string) =>
    path.join(base, safeName(namespace), safeName(tenant), name.slice(0, 2), name.slice(2));

  /** Where it is when it is sealed, for each key: the one that seals is first. */
  const sealedFiles = ({ cipher, nameOf }: Sealing, scope: ContentScope, hash: string) => {
    const name = nameOf('content', bindingOf(scope, hash));
    return { name, files: cipher.keyIds.map((id) => fileIn(path.join(sealed, id), scope, name)) };
  };

  const read = async (scope: ContentScope, hash: string): Promise<Uint8Array> => {
    if (!sealing) return (await readIfThere(fileIn(plain, scope, hash))) ?? missing(scope, hash);
    const { name, files } = sealedFiles(sealing, scope, hash);
    for (const file of files) {
      const bytes = await readIfThere(file);
      if (bytes) return sealing.cipher.open('content', bytes, bindingOf(scope, hash));
    }
    const bytes = await readIfThere(fileIn(plain, scope, hash));
    if (bytes) return bytes;
    const others = (await namesIn(sealed)).filter((id) => !sealing.cipher.keyIds.includes(id));
    for (const id of others) {
      if (await exists(fileIn(path.join(sealed, id), scope, name))) throw lockedAway(hash, id);
    }
    return missing(scope, hash);
  };

  return {
    async put(scope, bytes, mediaType) {
      const hash = hashOf(bytes);
      const [file = ''] = sealing ? sealedFiles(sealing, scope, hash).files : [fileIn(plain, scope, hash)];
      try {
        // An object is named by its hash and appears whole, so one that is there is the same. What is put again is needed
        // again: pruning goes by when that was last said.
        if (!(await touch(file))) {
          await writeDurably(file, sealing ? sealing.cipher.seal('content', bytes, bindingOf(scope, hash)) : bytes);
        }
      } catch (error) {
        throw unavailable('written', error);
      }
      return { ref: `sha256:${hash}`, bytes: bytes.byteLength, mediaType };
    },

    async get(scope, reference) {
      const hash = hashIn(reference);
      const bytes = await read(scope, hash).catch((error: unknown) => {
        if (!isCadenzaError(error)) throw unavailable('read', error);
        throw error.type === 'DecryptionFailed' ? damaged(hash) : error;
      });
      if (hashOf(bytes) !== hash) throw damaged(hash);
      return bytes;
    },
  };
}

/** Names become folders: what is not plain is replaced by its hash, so that no name can climb out. */
export function safeName(name: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$/.test(name)) return name;
  return `~${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

/** So that what is sealed for one tenant can not be put in the place of another's. */
function bindingOf({ namespace, tenant }: ContentScope, hash: string): string {
  return JSON.stringify([namespace, tenant, hash]);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function hashIn(reference: ContentReference): string {
  if (!isContentReference(reference)) throw new CadenzaError('ContentMissing', 'not a content reference');
  return reference.ref.slice('sha256:'.length);
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** False where it is not there. */
async function touch(file: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(file, now, now);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    // Somebody else's file, or a file system that can only be read: it is there.
    return exists(file);
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

function missing(scope: ContentScope, hash: string): never {
  throw new CadenzaError(
    'ContentMissing',
    `content sha256:${hash.slice(0, 12)}… is not in the store of namespace "${scope.namespace}", tenant "${scope.tenant}"; ` +
      'client and workers must share one CADENZA_STORE',
  );
}

function lockedAway(hash: string, keyId: string): CadenzaError {
  return new CadenzaError(
    'EncryptionKeyMissing',
    `content sha256:${hash.slice(0, 12)}… is encrypted with the key "${keyId}", which is not among those of CADENZA_ENCRYPTION_KEYS here`,
  );
}

function damaged(hash: string): CadenzaError {
  return new CadenzaError('ContentMissing', `content sha256:${hash.slice(0, 12)}… is damaged on disk`);
}

function unavailable(verb: string, error: unknown): CadenzaError {
  return new CadenzaError(
    'StoreUnavailable',
    `the content store could not be ${verb} (${errorCode(error) ?? 'error'})`,
  );
}
