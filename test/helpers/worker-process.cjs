// A Worker in a process of its own, from the compiled code, so that tests can kill it. Prints one line when it is ready.
const { createWorker } = require('../../lib/worker.js');

createWorker()
  .then((worker) => {
    process.on('SIGTERM', () => worker.shutdown());
    console.log('ready');
    return worker.run();
  })
  .then(
    () => process.exit(0),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
