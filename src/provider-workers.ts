import type { WorkerOptions } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import { providerTaskQueue } from './contracts/names';
import type { RegistryConfig } from './contracts/registry.schema';

/** What all Workers of a process have in common. */
type Shared = Required<Pick<WorkerOptions, 'connection' | 'namespace' | 'identity' | 'activities'>> &
  Pick<
    WorkerOptions,
    'dataConverter' | 'interceptors' | 'maxHeartbeatThrottleInterval' | 'shutdownGraceTime' | 'shutdownForceTime'
  >;

/** What the server hands out where no rate is declared: said outright, as it would keep the last one that it was told. */
const NO_RATE = 100_000;

/**
 * A Worker for each provider, beside the main one. It takes the calls of a provider with limits from a task queue of
 * their own, which the server hands out at `requestsPerMinute` over all Workers, and here `maxConcurrent` at once. That
 * of a provider without limits has nothing to do, but for calls that were sent there while it had some.
 */
export function createProviderWorkers(
  { providers }: Pick<RegistryConfig, 'providers'>,
  mostActivities: number,
  shared: Shared,
): Promise<Worker[]> {
  return Promise.all(
    Object.entries(providers).map(([provider, { requestsPerMinute, maxConcurrent }]) =>
      Worker.create({
        ...shared,
        taskQueue: providerTaskQueue(provider),
        maxConcurrentActivityTaskExecutions: Math.min(maxConcurrent ?? mostActivities, mostActivities),
        maxTaskQueueActivitiesPerSecond: requestsPerMinute === undefined ? NO_RATE : requestsPerMinute / 60,
      }),
    ),
  );
}

/** Runs Workers until one of them ends: then all do. Rejects with the first failure, once all have ended. */
export async function runTogether(workers: readonly Worker[]): Promise<void> {
  const ran = workers.map(async (worker) => {
    try {
      await worker.run();
    } finally {
      shutdownAll(workers);
    }
  });
  const settled = await Promise.allSettled(ran);
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}

/** Ends those that run. */
export function shutdownAll(workers: readonly Worker[]): void {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}
