import { createHmac, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import type { Cipher, Sealing } from '../contracts/sealing';
import { errorCode, publishDurably } from './durable-file';

/** What a store knows of a key: that it was used since then, and the key of names, sealed with it. */
type KeyRecord = { id: string; since: string; names: string };

const FOLDER = 'encryption';
/** Made once: of those who open a new store at the same time one decides the key of names. */
const ORIGIN = 'origin.json';
const NAMES_KEY_BYTES = 32;

/**
 * How a store seals, with a key of names of its own that it keeps sealed under every key that was ever the first. A new
 * first key is noted in the store. Undefined without a cipher.
 * @throws CadenzaError `ConfigurationInvalid` where the store is encrypted and there is no cipher, where it was last
 * encrypted with a key that the cipher lacks, or where a key is not the one that it knows under that id;
 * `StoreUnavailable`
 */
export async function openSealing(folder: string, cipher: Cipher | undefined): Promise<Sealing | undefined> {
  const known = await readRecords(folder);
  const newest = newestOf(known);
  if (!cipher) {
    if (newest) throw refused(`${of(folder)} is encrypted (key "${newest.id}"), and no keys are given: set them`);
    return undefined;
  }
  if (newest && !cipher.keyIds.includes(newest.id)) {
    const noted = path.join(folder, FOLDER, fileOf(newest.id));
    throw refused(
      `${of(folder)} was last encrypted with the key "${newest.id}", which is not among those given: add it (or, where nothing was encrypted with it, remove ${noted})`,
    );
  }
  const namesKey = namesKeyIn(known, cipher, folder) ?? (await createNamesKey(folder, cipher));
  if (!known.some(({ id }) => id === cipher.keyId)) {
    await note(folder, fileOf(cipher.keyId), cipher, namesKey);
  }
  return {
    cipher,
    nameOf: (purpose, hash) => createHmac('sha256', namesKey).update(`${purpose} ${hash}`).digest('hex'),
  };
}

/** The ids of the keys that a store has been encrypted with, the newest first. @throws CadenzaError `StoreUnavailable` */
export async function keysOfStore(folder: string): Promise<string[]> {
  const known = await readRecords(folder);
  const ids = [...known].sort((a, b) => (a.since < b.since ? 1 : -1)).map(({ id }) => id);
  return [...new Set(ids)];
}

function newestOf(known: readonly KeyRecord[]): KeyRecord | undefined {
  return known.reduce<KeyRecord | undefined>(
    (one, other) => (one && one.since >= other.since ? one : other),
    undefined,
  );
}

/** Opens every record that can be: so a key under the id of another one is noticed at once. */
function namesKeyIn(known: readonly KeyRecord[], cipher: Cipher, folder: string): Uint8Array | undefined {
  const own = known.filter(({ id }) => cipher.keyIds.includes(id));
  return own.map(({ id, names }) => {
    try {
      return cipher.open('names', Buffer.from(names, 'base64'), id);
    } catch (error) {
      if (!isCadenzaError(error)) throw error;
      throw refused(`the key given as "${id}" is not the one that ${of(folder)} knows by that id: give it its own id`);
    }
  })[0];
}

async function createNamesKey(folder: string, cipher: Cipher): Promise<Uint8Array> {
  const namesKey = randomBytes(NAMES_KEY_BYTES);
  if (await note(folder, ORIGIN, cipher, namesKey)) return namesKey;
  // Somebody else was first, and may have had another first key.
  const theirs = namesKeyIn(await readRecords(folder), cipher, folder);
  if (theirs) return theirs;
  throw refused(`${of(folder)} was just encrypted with a key that is not among those given`);
}

async function note(folder: string, name: string, { keyId, seal }: Cipher, namesKey: Uint8Array): Promise<boolean> {
  const names = Buffer.from(seal('names', namesKey, keyId)).toString('base64');
  const record: KeyRecord = { id: keyId, since: new Date().toISOString(), names };
  return guarded('written', () => publishDurably(path.join(folder, FOLDER, name), `${JSON.stringify(record)}\n`));
}

async function readRecords(folder: string): Promise<KeyRecord[]> {
  return guarded('read', async () => {
    const home = path.join(folder, FOLDER);
    const names = await readdir(home).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    });
    const files = names.filter((name) => name === ORIGIN || /^key-.*\.json$/.test(name));
    return Promise.all(files.map(async (name) => parseRecord(await readFile(path.join(home, name), 'utf8'), name)));
  });
}

function parseRecord(text: string, name: string): KeyRecord {
  try {
    const { id, since, names } = JSON.parse(text) as KeyRecord;
    if ([id, since, names].every((field) => typeof field === 'string')) return { id, since, names };
  } catch {
    // Told below.
  }
  throw new CadenzaError('StoreUnavailable', `the note of a key, ${path.join(FOLDER, name)}, is damaged`, {
    retryable: false,
  });
}

function fileOf(id: string): string {
  return `key-${id}.json`;
}

function of(folder: string): string {
  return `the content store ${folder}`;
}

function refused(message: string): CadenzaError {
  return new CadenzaError('ConfigurationInvalid', `CADENZA_ENCRYPTION_KEYS: ${message}.`, {
    field: 'CADENZA_ENCRYPTION_KEYS',
  });
}

async function guarded<T>(verb: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isCadenzaError(error)) throw error;
    throw new CadenzaError(
      'StoreUnavailable',
      `the notes on keys of the content store could not be ${verb} (${errorCode(error) ?? 'error'})`,
    );
  }
}
