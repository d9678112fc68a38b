/** Stands in for the models' thread: does what the text says. */
const { parentPort, threadId } = require('node:worker_threads');

parentPort.on('message', ({ input }) => {
  // One that waits hangs as one that works does, and leaves the processor to others.
  if (input.text === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (input.text === 'spin') for (;;);
  if (input.text === 'crash') throw new Error('crashed');
  if (input.text === 'memory') for (const kept = []; ;) kept.push(new Array(1e6).fill(threadId));
  parentPort.postMessage({ result: { text: `thread ${threadId}` } });
});
