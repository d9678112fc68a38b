import type { Client, WorkflowHandle } from '@temporalio/client';
import { CadenzaError } from '../contracts/failures';

/** gRPC: cancelled, and the deadline was exceeded; both are what a deadline of the client's comes to. */
const OVER_TIME: readonly unknown[] = [1, 4];

/**
 * Asks a run, again after each of the given times: a Worker can lose a query that arrives while it forgets a run that
 * has ended. @throws CadenzaError `ServerUnavailable` when none was answered; what else the query throws
 */
export async function queryAgain<T>(
  client: Client,
  handle: WorkflowHandle,
  name: string,
  seconds: readonly number[],
): Promise<T> {
  for (const limit of seconds) {
    try {
      return await client.withDeadline(Date.now() + limit * 1000, () => handle.query<T>(name));
    } catch (error) {
      const { code } = ((error as Error).cause ?? error) as { code?: number };
      if (!OVER_TIME.includes(code)) throw error;
    }
  }
  const waited = seconds.reduce((sum, limit) => sum + limit);
  throw new CadenzaError('ServerUnavailable', `no worker answered for the run within ${waited} seconds`);
}
