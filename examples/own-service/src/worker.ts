import { createWorker } from 'cadenza/worker';
import * as activities from './activities';
import * as handlers from './handlers';

/** One Worker: Cadenza's patterns, and your handlers, Workflows and Activities. */
async function main(): Promise<void> {
  const worker = await createWorker({ handlers, activities, workflowsPath: require.resolve('./workflows') });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => worker.shutdown());
  console.log(`Worker ready: ${worker.workflows.join(', ')}, and the patterns. ${worker.models}`);
  await worker.run();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
