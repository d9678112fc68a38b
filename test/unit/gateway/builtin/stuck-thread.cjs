/** Stands in for the models' thread: does what the text says. */
const { parentPort, threadId } = require('node:worker_threads');

parentPort.on('message', ({ input }) => {
  if (input.text === 'hang') for (;;);
  if (input.text === 'crash') throw new Error('crashed');
  if (input.text === 'memory') for (const kept = []; ;) kept.push(new Array(1e6).fill(threadId));
  parentPort.postMessage({ result: { text: `thread ${threadId}` } });
});
