import path from 'node:path';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { QUIET } from '../../src/contracts/telemetry-settings';
import { runtimeOptions } from '../../src/telemetry/runtime-options';
import * as activities from './activities';

/** The counterpart's Worker, with the settings that are the product's own. */
async function main(): Promise<void> {
  Runtime.install(runtimeOptions(QUIET));
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
  const worker = await Worker.create({
    connection,
    taskQueue: 'hand-written',
    workflowsPath: path.join(__dirname, 'workflows.js'),
    activities,
    maxConcurrentActivityTaskExecutions: Number(process.env['BENCH_SLOTS']),
    maxHeartbeatThrottleInterval: '1 second',
    stickyQueueScheduleToStartTimeout: '1 second',
  });
  process.send?.('ready');
  await worker.run();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
