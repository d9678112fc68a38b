import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';

/**
 * Writes a small JSON file that only its owner can read. A reader sees the old content or the new, never half of one.
 * Synchronous, so that nothing can come between the start of a process and the record of its id.
 */
export function writeStateFile(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** What the file holds; undefined where it is missing, cut off or not of that shape: state can always be made anew. */
export function readStateFile<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Removes the file; one that is not there is no error. */
export function removeStateFile(file: string): void {
  rmSync(file, { force: true });
}
