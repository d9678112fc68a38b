import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** What a file has to be. */
export type Expected = { bytes: number; sha256: string };

/** Throws a sentence as an Error where the file is not exactly the one that is expected. */
export async function checkFile(file: string, expected: Expected): Promise<void> {
  const { size } = await stat(file);
  if (size !== expected.bytes) throw new Error(`it has ${size} bytes instead of ${expected.bytes}`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const actual = hash.digest('hex');
  if (actual !== expected.sha256) throw new Error(`its SHA-256 is ${actual} instead of ${expected.sha256}`);
}
