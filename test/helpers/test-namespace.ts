import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { msToTs } from '@temporalio/common/lib/time';
import { testServer } from './test-server';

/**
 * A Temporal namespace of its own for one test file: the task queue's name is fixed, so this is what keeps the Workers
 * of files that run side by side apart. Resolves when the server knows it everywhere.
 */
export async function createTestNamespace(): Promise<string> {
  const { client } = testServer();
  const namespace = `test-${randomUUID().slice(0, 8)}`;
  await client.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  for (let tries = 0; ; tries += 1) {
    try {
      await client.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
      return namespace;
    } catch (error) {
      if (tries > 100) throw error;
      await sleep(100);
    }
  }
}
