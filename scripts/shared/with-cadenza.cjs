const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { stringify } = require('yaml');
const { connectCadenza } = require('../../lib/client.js');
const { readEnvironment } = require('../../lib/config/environment.js');
const { startOwnServer } = require('../../lib/embedded/own-server.js');
const { createWorker } = require('../../lib/worker.js');

/**
 * Does `work` with a server, a Worker and a client of its own, and ends them with it. `registry` is the model registry,
 * `settings` are of the server.
 */
async function withCadenza({ name, registry, handlers = {}, settings = [] }, work) {
  const server = await startOwnServer({ name, settings });
  const models = path.join(server.home, 'models.yaml');
  writeFileSync(models, stringify(registry));
  const environment = readEnvironment({
    CADENZA_HOME: server.home,
    CADENZA_MODELS: models,
    TEMPORAL_ADDRESS: server.address,
  });
  const worker = await createWorker({ environment, handlers });
  const served = worker.run();
  const cadenza = await connectCadenza({ environment });
  try {
    return await work({ cadenza, server });
  } finally {
    await cadenza.close();
    worker.shutdown();
    await served;
    await server.close();
  }
}

/** Ends the script with its work: nothing that is left open keeps it. */
function endScript(work) {
  work.then(
    () => process.exit(0),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
}

module.exports = { withCadenza, endScript };
