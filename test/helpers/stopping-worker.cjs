// A Worker whose calls get GRACE_MS after SIGTERM instead of half a minute, and whose event loop stands still for nine
// tenths of each second from SIGUSR2 on. Both are for tests that can not wait so long, or that need a Worker with too much
// to do.
const { Worker } = require('@temporalio/worker');

const graceMs = Number(process.env.GRACE_MS ?? 30_000);
const create = Worker.create.bind(Worker);
Worker.create = (options) => create({ ...options, shutdownGraceTime: graceMs });

// Stands still as one that computes, and leaves the processor to the others.
const STILL_MS = 900;
const nothing = new Int32Array(new SharedArrayBuffer(4));
process.on('SIGUSR2', () => {
  setInterval(() => Atomics.wait(nothing, 0, 0, STILL_MS), 1_000);
});

require('./worker-process.cjs');
