import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

type Entry = { method: number; compressedBytes: number; bytes: number; headerOffset: number };

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;

/**
 * Unpacks one entry of a zip archive to `target`, streaming. Made for wheels: stored or deflated, no encryption, under
 * 4 GiB. Throws where the archive is damaged or has no such entry; the content itself is for the caller to check.
 */
export async function extractZipEntry(options: { archive: string; entry: string; target: string }): Promise<void> {
  const handle = await open(options.archive, 'r');
  try {
    const entry = await findEntry(handle, options.entry);
    const start = await dataOffset(handle, entry);
    const packed = handle.createReadStream({ start, end: start + entry.compressedBytes - 1, autoClose: false });
    const target = createWriteStream(options.target, { flush: true });
    await pipeline(packed, entry.method === 8 ? createInflateRaw() : new PassThrough(), atMost(entry.bytes), target);
  } finally {
    await handle.close();
  }
}

async function findEntry(handle: FileHandle, name: string): Promise<Entry> {
  const { size } = await handle.stat();
  const tail = await read(handle, Math.max(0, size - 65_557), Math.min(size, 65_557));
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + 22 > tail.length || tail.readUInt32LE(end) !== END_OF_DIRECTORY) {
    throw new Error('the archive is cut off or not a zip file');
  }
  const directory = await read(handle, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === DIRECTORY_ENTRY;) {
    const nameBytes = directory.readUInt16LE(at + 28);
    if (directory.toString('utf8', at + 46, at + 46 + nameBytes) === name) return toEntry(directory, at, name);
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  throw new Error(`the archive has no ${name}`);
}

function toEntry(directory: Buffer, at: number, name: string): Entry {
  const method = directory.readUInt16LE(at + 10);
  const encrypted = (directory.readUInt16LE(at + 8) & 1) === 1;
  const compressedBytes = directory.readUInt32LE(at + 20);
  if (encrypted || (method !== 0 && method !== 8) || compressedBytes === 0) {
    throw new Error(`${name} is stored in the archive in a way that is not known`);
  }
  const bytes = directory.readUInt32LE(at + 24);
  return { method, compressedBytes, bytes, headerOffset: directory.readUInt32LE(at + 42) };
}

/** The local header repeats name and extra field, and its extra field may have another length. */
async function dataOffset(handle: FileHandle, entry: Entry): Promise<number> {
  const header = await read(handle, entry.headerOffset, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== LOCAL_HEADER) throw new Error('the archive is damaged');
  return entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function atMost(bytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      seen += piece.length;
      if (seen > bytes) done(new Error('the archive unpacks to more than it says'));
      else done(null, piece);
    },
  });
}
