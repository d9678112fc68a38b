import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CadenzaError } from '../contracts/failures';
import type { ProviderAnswer } from '../contracts/model';
import type { Sealing } from '../contracts/sealing';
import { errorCode, publishDurably } from './durable-file';
import type { JournalCost, JournalKey } from './journal';

/** What an answer's file holds; `id` is that of the `sent` line it ends. */
export type Recorded = { id: string; cost: JournalCost; answer: ProviderAnswer };

/** How answers lie in the folder of a step, in clear or sealed. */
export type JournalEntries = {
  /** The name for everything about a request, without an ending. */
  nameOf(key: JournalKey): string;
  /** The answer to a request, also one that was written before there was a sealing. @throws CadenzaError, or as `fs` */
  find(folder: string, key: JournalKey): Promise<Recorded | undefined>;
  /** False, and nothing written, where an answer is there. */
  publish(folder: string, key: JournalKey, recorded: Recorded): Promise<boolean>;
  /** The answer in a file of the folder, or undefined for files of another kind. @throws as `find` */
  read(folder: string, file: string): Promise<Recorded | undefined>;
};

const PLAIN = '.json';
const SEALED = '.sealed';

/**
 * With a sealing, a file's name is keyed and not a hash of the request, which would let somebody try out what was asked.
 * `StoreUnavailable` where an answer is there and can not be read is not to be tried again: nothing is paid twice.
 */
export function createJournalEntries(sealing: Sealing | undefined): JournalEntries {
  const plainNameOf = ({ sample, requestHash }: JournalKey) => `${sample}-${requestHash.slice(0, 40)}`;
  const nameOf = (key: JournalKey) =>
    sealing ? `${key.sample}-${sealing.nameOf('journal', key.requestHash).slice(0, 40)}` : plainNameOf(key);

  const read = async (folder: string, file: string): Promise<Recorded | undefined> => {
    const isSealed = file.endsWith(SEALED);
    if (!isSealed && !file.endsWith(PLAIN)) return undefined;
    const bytes = await readIfThere(path.join(folder, file));
    if (!bytes) return undefined;
    if (!isSealed) return parseRecorded(bytes, folder, file);
    if (!sealing) throw locked(folder, file);
    return parseRecorded(openEntry(sealing, bytes, folder, file), folder, file);
  };

  return {
    nameOf,
    read,
    async find(folder, key) {
      if (!sealing) return read(folder, `${nameOf(key)}${PLAIN}`);
      return (await read(folder, `${nameOf(key)}${SEALED}`)) ?? (await read(folder, `${plainNameOf(key)}${PLAIN}`));
    },
    publish(folder, key, recorded) {
      const text = JSON.stringify(recorded);
      const file = `${nameOf(key)}${sealing ? SEALED : PLAIN}`;
      const bytes = sealing?.cipher.seal('journal', Buffer.from(text, 'utf8'), bindingOf(folder, file));
      return publishDurably(path.join(folder, file), bytes ?? text);
    },
  };
}

/** The folders say which step of which run it is: an answer can not be put in the place of another's. */
function bindingOf(folder: string, file: string): string {
  return JSON.stringify([...folder.split(path.sep).slice(-4), file]);
}

function openEntry({ cipher }: Sealing, bytes: Uint8Array, folder: string, file: string): Uint8Array {
  try {
    return cipher.open('journal', bytes, bindingOf(folder, file));
  } catch (error) {
    if (error instanceof CadenzaError && error.type === 'DecryptionFailed') throw damaged(folder, file);
    throw error;
  }
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseRecorded(bytes: Uint8Array, folder: string, file: string): Recorded {
  try {
    const recorded = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<Recorded> | null;
    if (recorded?.id && recorded.cost && recorded.answer) return recorded as Recorded;
  } catch {
    // Told below: a parser's message quotes the answer.
  }
  throw damaged(folder, file);
}

function damaged(folder: string, file: string): CadenzaError {
  return new CadenzaError(
    'StoreUnavailable',
    `the journal entry ${shown(folder, file)} is damaged: remove it to ask the model again`,
    { retryable: false },
  );
}

function locked(folder: string, file: string): CadenzaError {
  return new CadenzaError(
    'EncryptionKeyMissing',
    `the journal entry ${shown(folder, file)} is encrypted, and CADENZA_ENCRYPTION_KEYS is not set here`,
  );
}

function shown(folder: string, file: string): string {
  return path.join(path.basename(folder), file);
}
