import { randomUUID } from 'node:crypto';
import { link, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { errorCode, removeFile } from './durable-file';

/** How often a claim is renewed, and how long it holds without: shorter than an activity's heartbeat timeout. */
export const LEASE = { renewMs: 1_000, holdMs: 4_000, pollMs: 100 } as const;

/** A file that says who is sending. It is held by its owner's renewals, and let go only by its owner. */
export type FileClaim = { id: string; release(): Promise<void> };

/** The claim, when there was none; undefined when somebody holds it. One that is held no more is taken away first. */
export async function takeClaim(file: string): Promise<FileClaim | undefined> {
  const id = randomUUID();
  try {
    await writeFile(file, id, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    await buryExpired(file);
    return undefined;
  }
  const isOurs = async () => (await readFile(file, 'utf8').catch(() => '')) === id;
  const renewal = setInterval(() => {
    const now = new Date();
    isOurs().then(
      (ours) => (ours ? utimes(file, now, now).catch(() => undefined) : undefined),
      () => undefined,
    );
  }, LEASE.renewMs);
  return {
    id,
    async release() {
      clearInterval(renewal);
      if (await isOurs()) await removeFile(file);
    },
  };
}

/** Of those who see a claim run out, one moves it away. What it moved is looked at: a fresh claim is put back. */
async function buryExpired(file: string): Promise<void> {
  const expired = await stat(file).catch(() => undefined);
  if (!expired || Date.now() - expired.mtimeMs <= LEASE.holdMs) return;
  const grave = `${file}.${randomUUID()}`;
  try {
    await rename(file, grave);
  } catch {
    return;
  }
  const buried = await stat(grave).catch(() => undefined);
  if (buried && buried.ino !== expired.ino) await link(grave, file).catch(() => undefined);
  await removeFile(grave);
}
