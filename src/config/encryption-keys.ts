import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { CadenzaError } from '../contracts/failures';

/** A key of 256 bits and the id that what it encrypts carries in clear. A `KeyObject` shows no key when it is printed. */
export type EncryptionKey = { id: string; key: KeyObject };

export const KEYS_VARIABLE = 'CADENZA_ENCRYPTION_KEYS';
export const KEYS_FILE_VARIABLE = 'CADENZA_ENCRYPTION_KEYS_FILE';

/** Allowed as the id of a key; it becomes the name of a file. */
export const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const KEY_BYTES = 32;
const MOST_FILE_BYTES = 64 * 1024;

/**
 * The keys of a list, the one that encrypts first. Entries `id:key` stand on lines of their own or are separated by
 * commas or spaces; `#` starts a comment. @throws CadenzaError `ConfigurationInvalid`, never with a part of a key
 */
export function parseEncryptionKeys(text: string, source: string): EncryptionKey[] {
  const words = text.replace(/#.*$/gm, '').split(/[\s,]+/);
  const entries = words.filter((entry) => entry !== '');
  if (entries.length === 0) throw invalid(source, 'it names no key; `npx cadenza keys new` makes one');
  const keys = entries.map((entry, index) => parseEntry(entry, index + 1, source));
  const twice = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) !== index);
  if (twice) throw invalid(source, `the key id "${twice.id}" is there twice; each key has an id of its own`);
  const same = keys.find(({ key }, index) => keys.findIndex((other) => other.key.equals(key)) !== index);
  if (same) throw invalid(source, `the key "${same.id}" is there under another id too; a new id needs a new key`);
  return keys;
}

/** The keys of a file that only its owner can read. @throws CadenzaError `ConfigurationInvalid` */
export function readEncryptionKeys(file: string): EncryptionKey[] {
  const source = `${KEYS_FILE_VARIABLE} (${file})`;
  let text: string;
  try {
    const facts = statSync(file);
    if (!facts.isFile() || facts.size > MOST_FILE_BYTES) throw invalid(source, 'it must be a small file of keys');
    // Windows has no such modes.
    if (process.platform !== 'win32' && (facts.mode & 0o077) !== 0) {
      throw invalid(source, 'others can read the file; `chmod 600` it, and change keys that somebody may have seen');
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof CadenzaError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw invalid(source, code === 'ENOENT' ? 'there is no such file' : `it can not be read (${code})`);
  }
  return parseEncryptionKeys(text, source);
}

function parseEntry(entry: string, position: number, source: string): EncryptionKey {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(0, colon));
  // What is not an id may be a key: neither is shown.
  if (!KEY_ID.test(id)) {
    throw invalid(
      source,
      `entry ${position} must be id:key; the id has at most 64 letters, digits, _ and - and starts with a letter or digit`,
    );
  }
  const encoded = entry.slice(colon + 1);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== encoded) {
    throw invalid(source, `the key "${id}" must be the Base64 of exactly ${KEY_BYTES} bytes (44 characters)`);
  }
  return { id, key: createSecretKey(bytes) };
}

function invalid(source: string, reason: string): CadenzaError {
  return new CadenzaError('ConfigurationInvalid', `${source} can not be used: ${reason}.`, {
    field: source.split(' ')[0],
  });
}
