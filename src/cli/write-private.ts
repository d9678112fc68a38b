import { randomBytes } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';

/**
 * Writes a file that only its owner can read, whole or not at all. What was there before is replaced, so nobody who may
 * read the old file, or has it open, sees the new one. A device or a pipe is written to. `followsLinks`: a link is
 * followed; otherwise it is replaced, so that nobody else decides where the file goes. @throws what the system says
 */
export async function writePrivate(
  file: string,
  text: string,
  { followsLinks }: { followsLinks: boolean },
): Promise<void> {
  const there = await stat(file).catch(() => undefined);
  if (there && !there.isFile()) return writeFile(file, text);
  const target = followsLinks && there ? await realpath(file) : file;
  const whole = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(whole, text, { mode: 0o600, flag: 'wx' });
    await rename(whole, target);
  } catch (error) {
    await rm(whole, { force: true });
    throw error;
  }
}
