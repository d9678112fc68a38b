import { createHash } from 'node:crypto';
import path from 'node:path';
import type { ProviderAnswer } from '../contracts/model';
import type { Sealing } from '../contracts/sealing';

/** A line in clear before the answer: when it was kept, until when, and the hash of what follows. */
type Header = { at: number; until: number; check: string };

/** Where an entry is, without an ending, for how long it counts, and how it is sealed. */
export type CacheEntryPlace = { ttlSeconds: number; base: string; sealing: Sealing | undefined };

/** The bytes of an entry: the header, then the answer, sealed where there is a sealing. */
export function cacheEntryOf(answer: ProviderAnswer, { ttlSeconds, base, sealing }: CacheEntryPlace): Uint8Array {
  const at = Date.now();
  const until = at + ttlSeconds * 1000;
  const text = Buffer.from(JSON.stringify(answer), 'utf8');
  const body = sealing ? sealing.cipher.seal('cache', text, bindingOf(base, at, until)) : text;
  const header: Header = { at, until, check: checkOf(body) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`, 'utf8'), body]);
}

/** The answer of an entry that still counts; undefined where it is too old, damaged, or sealed with another key. */
export function readCacheEntry(bytes: Uint8Array, place: CacheEntryPlace): ProviderAnswer | undefined {
  const { ttlSeconds, base, sealing } = place;
  const header = headerOf(bytes);
  const now = Date.now();
  // What is kept for longer than the one who asks allows is too old for it.
  if (!header || now >= header.until || now >= header.at + ttlSeconds * 1000) return undefined;
  const body = bytes.subarray(endOfHeader(bytes) + 1);
  if (checkOf(body) !== header.check) return undefined;
  try {
    const plain = sealing ? sealing.cipher.open('cache', body, bindingOf(base, header.at, header.until)) : body;
    return JSON.parse(Buffer.from(plain).toString('utf8')) as ProviderAnswer;
  } catch {
    return undefined;
  }
}

/** Until when an entry counts, in milliseconds; undefined where its first line is damaged. */
export function cacheEntryUntil(bytes: Uint8Array): number | undefined {
  return headerOf(bytes)?.until;
}

/** Bytes that hold the first line of any entry. */
export const CACHE_HEADER_BYTES = 256;

function headerOf(bytes: Uint8Array): Header | undefined {
  try {
    const header = JSON.parse(Buffer.from(bytes.subarray(0, endOfHeader(bytes))).toString('utf8')) as Partial<Header>;
    const { at, until, check } = header;
    return typeof at === 'number' && typeof until === 'number' && typeof check === 'string'
      ? { at, until, check }
      : undefined;
  } catch {
    return undefined;
  }
}

function endOfHeader(bytes: Uint8Array): number {
  return Math.max(0, bytes.indexOf(0x0a));
}

function checkOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** An answer can not be put in the place of another one's, nor be given more time. */
function bindingOf(base: string, at: number, until: number): string {
  return JSON.stringify([...base.split(path.sep).slice(-4), at, until]);
}
