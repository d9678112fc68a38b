import { detect } from 'chardet';
import { decode, encodingExists } from 'iconv-lite';
import { unsupported } from './unsupported';

const SAMPLE_BYTES = 64 * 1024;

/** Bytes that should be text. @throws CadenzaError `UnsupportedDocument` when they are none */
export function decodeText(bytes: Uint8Array): string {
  const text = decodeBytes(bytes);
  if (looksBinary(text)) {
    throw unsupported('is a binary file of a type that can not be read');
  }
  return text;
}

/**
 * Bytes as text, in this order: byte order mark, the NUL pattern of UTF-16, the character set `declared` beside them,
 * strict UTF-8, the one that HTML declares inside, and last a guess. Not by Node's `TextDecoder`, whose windows-1252
 * is wrong in 0x80 to 0x9f.
 */
export function decodeBytes(bytes: Uint8Array, declared?: string): string {
  return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), encodingOf(bytes, declared));
}

function encodingOf(bytes: Uint8Array, declared: string | undefined): string {
  const byMark = byteOrderMark(bytes) ?? nulPattern(bytes);
  if (byMark !== undefined) return byMark;
  // The label of a mail part is right more often than a guess, and 7-bit sets such as ISO-2022-JP are valid UTF-8.
  if (declared !== undefined && encodingExists(declared)) return superset(declared);
  if (isUtf8(bytes)) return 'utf-8';
  const label = declaredInHtml(bytes);
  if (label !== undefined && encodingExists(label) && !/^utf-?8$/i.test(label)) return superset(label);
  const guess = detect(sampleOf(bytes));
  return guess !== null && encodingExists(guess) ? superset(guess) : 'windows-1252';
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'utf-32le' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return undefined;
}

/** UTF-16 of a Latin text has a NUL in every other byte. */
function nulPattern(bytes: Uint8Array): string | undefined {
  const length = Math.min(bytes.length, 4096) & ~1;
  if (length < 4) return undefined;
  const nuls: [number, number] = [0, 0];
  for (let index = 0; index < length; index += 1) if (bytes[index] === 0) nuls[(index & 1) as 0 | 1] += 1;
  const [even, odd] = nuls.map((count) => count / (length / 2)) as [number, number];
  if (odd > 0.3 && even < 0.02) return 'utf-16le';
  if (even > 0.3 && odd < 0.02) return 'utf-16be';
  return undefined;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function declaredInHtml(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 2048)).toString('latin1');
  return /<(?:meta|\?xml)[^>]{0,200}(?:charset|encoding)\s{0,5}=\s{0,5}["']?([A-Za-z0-9_.:-]{2,40})/i.exec(head)?.[1];
}

/** A guess needs bytes to go by: the sample starts where the text stops being ASCII. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte >= 0x80);
  const from = Math.max(0, first - 2048);
  return bytes.subarray(from, from + SAMPLE_BYTES);
}

/** What calls itself ISO-8859-1 or ASCII is windows-1252 wherever the two differ, as in browsers. */
function superset(label: string): string {
  return /^(?:iso[-_]?8859[-_]?1|latin-?1|us-ascii|ascii)$/i.test(label) ? 'windows-1252' : label;
}

function looksBinary(text: string): boolean {
  const sample = text.slice(0, SAMPLE_BYTES);
  const strange = sample.match(/[\u0000-\u0006\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  return strange > Math.max(1, 0.02 * sample.length);
}
