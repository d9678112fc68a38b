import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file so that it is whole or absent, and on disk when this returns: temporary file, sync, rename,
 * sync of the folder. Missing folders are made, readable by the owner only.
 */
export async function writeDurably(file: string, bytes: Uint8Array | string): Promise<void> {
  await throughDraft(file, bytes, (draft) => rename(draft, file));
}

/** The same, for a file that must not be there yet: false, and nothing written, where it is. */
export async function publishDurably(file: string, bytes: Uint8Array | string): Promise<boolean> {
  return throughDraft(file, bytes, async (draft) => {
    try {
      await link(draft, file);
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await removeFile(draft);
    }
  });
}

async function throughDraft<T>(
  file: string,
  bytes: Uint8Array | string,
  publish: (draft: string) => Promise<T>,
): Promise<T> {
  const folder = path.dirname(file);
  const draft = path.join(folder, `.${path.basename(file)}.${randomUUID()}`);
  try {
    const handle = await openDraft(draft, folder);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const published = await publish(draft);
    await syncFolder(folder);
    return published;
  } catch (error) {
    await removeFile(draft);
    throw error;
  }
}

/** The folder is there but for the first file in it: that it is not made each time saves one of some thirty calls of the system. */
async function openDraft(draft: string, folder: string): Promise<FileHandle> {
  try {
    return await open(draft, 'wx', 0o600);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await makeFolder(folder);
    return open(draft, 'wx', 0o600);
  }
}

/** Removes a file that may be gone; in one call of the system, where `rm` looks at it first. @throws as `fs` */
export async function removeFile(file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** Makes a folder with its parents; each new one is on disk in the one above it. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = path.dirname(made)) await syncFolder(path.dirname(made));
}

/** What the folder lists is on disk when this returns. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no folder handles; a rename there is durable by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The code of a file system error (`ENOENT`, …), or undefined. */
export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
