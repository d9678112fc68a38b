import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when `holds` does, asked every 50 ms; a rejection counts as no. Rejects after `seconds`. */
export async function waitUntil(holds: () => Promise<boolean> | boolean, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const held = await Promise.resolve()
      .then(holds)
      .catch(() => false);
    if (held) return;
    if (Date.now() > end) throw new Error(`did not hold within ${seconds} seconds: ${holds.toString()}`);
    await sleep(50);
  }
}
