import { hostname } from 'node:os';
import type { NativeConnection } from '@temporalio/worker';
import { CadenzaError } from './contracts/failures';
import { TASK_QUEUE } from './contracts/names';
import { shown } from './contracts/nearest-name';
import { noteNamespace, storeId } from './store/store-identity';

export type JoinOptions = { namespace: string; store: string; storeShared?: boolean | undefined };

/** A Worker asks for work at least this often; one that has not has ended. */
const ASKS_EVERY_MS = 70_000;
const MARK = ' store=';

/** What a Worker says of itself: process, host, and the store that it works with. */
export function workerIdentity(id: string, pid = process.pid, host = hostname()): string {
  return `${pid}@${host}${MARK}${id.slice(0, 8)}`;
}

/**
 * Notes that runs of this namespace use the store, and gives the identity under which the Worker is to ask for work.
 * @throws CadenzaError `ConfigurationInvalid` where a Worker of another host asks for the same work and the store is not
 * declared shared, or where one that runs works with another store; `StoreUnavailable`
 */
export async function joinStore(
  { workflowService }: Pick<NativeConnection, 'workflowService'>,
  { namespace, store, storeShared = false }: JoinOptions,
): Promise<string> {
  const id = await storeId(store);
  const { namespaceInfo } = await workflowService.describeNamespace({ namespace });
  await noteNamespace(store, namespace, namespaceInfo?.id || 'unknown');
  const pollers = await Promise.all(
    // Of Workflow and of activity tasks.
    [1, 2].map((taskQueueType) =>
      workflowService.describeTaskQueue({ namespace, taskQueue: { name: TASK_QUEUE }, taskQueueType }),
    ),
  );
  for (const { identity, lastAccessTime } of pollers.flatMap((answer) => answer.pollers ?? [])) {
    const silentMs = Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000;
    const other = parseIdentity(identity ?? '');
    if (!other || silentMs > ASKS_EVERY_MS || !mayRun(other)) continue;
    if (other.store !== undefined && other.store !== id.slice(0, 8)) throw otherStore(other, store);
    if (other.host !== hostname() && !storeShared) throw notShared(other, store, silentMs);
  }
  return workerIdentity(id);
}

type OtherWorker = { pid: number; host: string; store: string | undefined };

function parseIdentity(identity: string): OtherWorker | undefined {
  const [, pid, host, store] = /^(\d+)@(\S+?)(?: store=([0-9a-f]+))?$/.exec(identity) ?? [];
  return pid !== undefined && host !== undefined ? { pid: Number(pid), host, store } : undefined;
}

/** Of this host's processes it is known whether they run; the server remembers those that ended for some minutes. */
function mayRun({ pid, host }: OtherWorker): boolean {
  if (host !== hostname()) return true;
  // An earlier one of this very process.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function notShared({ host, pid }: OtherWorker, store: string, silentMs: number): CadenzaError {
  return new CadenzaError(
    'ConfigurationInvalid',
    `A Worker on another host, "${shown(host)}" (process ${pid}), asked for work of this namespace ${Math.max(0, Math.round(silentMs / 1000))} s ago, and the store ${store} is not declared shared: two stores would pay twice and miss each other's documents. Give all Workers and clients one folder that they all see, and CADENZA_STORE_SHARED=true; or, if that Worker has ended, wait a minute.`,
    { field: 'CADENZA_STORE_SHARED' },
  );
}

function otherStore({ host, pid }: OtherWorker, store: string): CadenzaError {
  return new CadenzaError(
    'ConfigurationInvalid',
    `The Worker "${pid}@${shown(host)}" asks for work of this namespace with another store than ${store}: give both the same CADENZA_STORE, or a namespace each.`,
    { field: 'CADENZA_STORE' },
  );
}
