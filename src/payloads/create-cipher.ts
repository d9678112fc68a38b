import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CadenzaError } from '../contracts/failures';
import { shown } from '../contracts/nearest-name';
import type { Cipher, SealPurpose } from '../contracts/sealing';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The first bytes of everything sealed, and the version of its form. */
const MARK = Buffer.from('cdz1', 'latin1');

type PurposeKeys = Record<SealPurpose, Uint8Array>;

/**
 * AES-256-GCM with the first of the keys, and a fresh random nonce each time. Sealed is
 * `cdz1`, length and id of the key, nonce, tag, ciphertext; everything before the nonce is authenticated too.
 * Every purpose has a key derived from the given one by HKDF-SHA-256. There must be at least one key.
 */
export function createCipher(keys: readonly { id: string; key: KeyObject }[]): Cipher {
  const derived = new Map(keys.map(({ id, key }) => [id, purposeKeys(key)]));
  const [first] = derived;
  if (!first) throw new CadenzaError('Internal', 'a cipher needs a key');
  const [keyId, sealing] = first;
  const header = headerOf(keyId);

  return {
    keyId,
    keyIds: [...derived.keys()],

    seal(purpose, plain, binding) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, sealing[purpose], nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(associated(header, binding));
      const text = cipher.update(plain);
      const end = cipher.final();
      return Buffer.concat([header, nonce, cipher.getAuthTag(), text, end]);
    },

    open(purpose, sealed, binding) {
      const { id, header: given, nonce, tag, text } = partsOf(sealed);
      const opening = derived.get(id);
      if (!opening) throw keyMissing(id);
      const decipher = createDecipheriv(ALGORITHM, opening[purpose], nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(associated(given, binding)).setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(text), decipher.final()]);
      } catch {
        throw failed(
          `what is to be read was changed after it was encrypted, or the key "${id}" is not the one it was encrypted with`,
        );
      }
    },
  };
}

/** The cipher of these keys; undefined where nothing is to be encrypted. */
export function cipherOf(keys: readonly { id: string; key: KeyObject }[] | undefined): Cipher | undefined {
  return keys && createCipher(keys);
}

/** What is told where a key is not there. Its id is not secret. */
export function keyMissing(id: string): CadenzaError {
  return new CadenzaError(
    'EncryptionKeyMissing',
    `what is to be read is encrypted with the key "${shown(id)}", which is not among those of CADENZA_ENCRYPTION_KEYS here`,
  );
}

function purposeKeys(key: KeyObject): PurposeKeys {
  const derive = (purpose: SealPurpose) =>
    new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `cadenza ${purpose} v1`, KEY_BYTES));
  return {
    payload: derive('payload'),
    content: derive('content'),
    journal: derive('journal'),
    cache: derive('cache'),
    names: derive('names'),
  };
}

function headerOf(keyId: string): Buffer {
  const id = Buffer.from(keyId, 'latin1');
  return Buffer.concat([MARK, Buffer.from([id.length]), id]);
}

function associated(header: Uint8Array, binding: string): Buffer {
  return Buffer.concat([header, Buffer.from(binding, 'utf8')]);
}

function partsOf(sealed: Uint8Array) {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const idEnd = MARK.length + 1 + (bytes[MARK.length] ?? 0);
  const textStart = idEnd + NONCE_BYTES + TAG_BYTES;
  if (!bytes.subarray(0, MARK.length).equals(MARK) || bytes.length < textStart) {
    throw failed('what is to be read is not in the form of something that was encrypted here, or was cut short');
  }
  return {
    id: bytes.toString('latin1', MARK.length + 1, idEnd),
    header: bytes.subarray(0, idEnd),
    nonce: bytes.subarray(idEnd, idEnd + NONCE_BYTES),
    tag: bytes.subarray(idEnd + NONCE_BYTES, textStart),
    text: bytes.subarray(textStart),
  };
}

function failed(reason: string): CadenzaError {
  return new CadenzaError('DecryptionFailed', reason);
}
