import { createWorker } from '../src/worker';
import type { Handler } from '../src/handlers/handler';

/** A step that asks the model for text: the product's side of one call. */
const generate: Handler = async ({ prompt }, _config, { ask }) => {
  const { result } = await ask('generation', { text: String(prompt) });
  return { text: result.text };
};

createWorker({ handlers: { generate }, maxConcurrentActivities: Number(process.env['BENCH_SLOTS']) })
  .then((worker) => {
    process.send?.('ready');
    return worker.run();
  })
  .catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
