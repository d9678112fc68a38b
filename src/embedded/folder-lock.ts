import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';

const STALE_MS = 5_000;

/**
 * Does `work` while no other process does work under the same name in the same folder. Waits as long as the holder
 * lives, and takes over within about five seconds from one that was killed. `onWait` is called once, when there is
 * something to wait for.
 */
export async function withLock<T>(
  folder: string,
  name: string,
  work: () => Promise<T>,
  onWait: () => void = () => undefined,
): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const release = await acquire(path.join(folder, name), onWait);
  try {
    return await work();
  } finally {
    // Fails only where the lock was lost, as after the machine slept; the work is done all the same.
    await release().catch(() => undefined);
  }
}

async function acquire(file: string, onWait: () => void): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt++) {
    try {
      // The default of `onCompromised` throws from a timer, which nobody can catch.
      const onCompromised = () => undefined;
      return await lock(file, { realpath: false, stale: STALE_MS, update: STALE_MS / 5, onCompromised });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    }
    if (attempt === 0) onWait();
    await sleep(100);
  }
}
