import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Resolves when `holds` does, asked after 50 ms and then ever more seldom, four times a second in the end: each question
 * to a Workflow is work for its Worker. A rejection counts as no. Rejects after `seconds`.
 */
export async function waitUntil(holds: () => Promise<boolean> | boolean, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 250)) {
    const held = await Promise.resolve()
      .then(holds)
      .catch(() => false);
    if (held) return;
    if (Date.now() > end) throw new Error(`did not hold within ${seconds} seconds: ${holds.toString()}`);
    await sleep(pause);
  }
}
