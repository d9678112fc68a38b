import { Worker } from 'node:worker_threads';

/** Runs beside the reading, which may never come back to its event loop. */
const WATCH = `
const { workerData } = require('node:worker_threads');
setInterval(() => {
  const orphaned = process.ppid !== workerData.parent;
  const tooLarge = process.memoryUsage.rss() > workerData.maxMemoryBytes;
  if (orphaned || tooLarge) process.kill(process.pid, 'SIGKILL');
}, 250);
`;

/**
 * Ends this process when its parent is gone or its memory too large: a Worker that is killed must leave no reader
 * behind, and not every system lets the parent look at the memory.
 */
export function watchOverSelf(maxMemoryBytes: number): void {
  const workerData = { parent: process.ppid, maxMemoryBytes };
  new Worker(WATCH, { eval: true, workerData, env: {} }).unref();
}
