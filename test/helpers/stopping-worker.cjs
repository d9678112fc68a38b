// A Worker whose calls get GRACE_MS after SIGTERM instead of half a minute, and whose event loop stands still for
// BUSY_MS of each second. Both are for tests that can not wait so long, or that need a Worker with too much to do.
const { Worker } = require('@temporalio/worker');

const graceMs = Number(process.env.GRACE_MS ?? 30_000);
const busyMs = Number(process.env.BUSY_MS ?? 0);
const create = Worker.create.bind(Worker);
Worker.create = (options) => create({ ...options, shutdownGraceTime: graceMs });

if (busyMs > 0) {
  setInterval(() => {
    for (const until = Date.now() + busyMs; Date.now() < until;);
  }, 1_000);
}

require('./worker-process.cjs');
