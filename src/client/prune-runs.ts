import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { Environment } from '../config/environment';
import { CadenzaError } from '../contracts/failures';
import { cipherOf } from '../payloads/create-cipher';
import { safeName } from '../store/file-content-store';
import { canBeMarked, hashesIn, markContent } from '../store/mark-content';
import { openSealing } from '../store/open-sealing';
import type { Pruned } from '../store/prune-store';
import { pruneStore } from '../store/prune-store';
import { namespaceNotes, notedNamespaces } from '../store/store-identity';
import { firstRunOf, readRetainedRuns } from './retained-runs';

export type PruneOptions = {
  /** Also what belongs to runs that ended longer ago than this, though the server still has them. */
  olderThanMs?: number | undefined;
  /** Says what would go, and removes nothing. */
  dryRun?: boolean;
  progress?: ((sentence: string) => void) | undefined;
};

export type PruneReport = Pruned & { retainedRuns: number; dryRun: boolean };

/**
 * Removes from the store what no run needs that goes on or that the server still has: journals and ledgers by asking the
 * server for the run, content by reading the histories of all that are there. Nothing that was used within the last day
 * goes. @throws CadenzaError `ConfigurationInvalid` where runs of another server use the store too, or none of this one
 * ever did; `EncryptionKeyMissing` where what a run refers to can not be read
 */
export async function pruneRuns(
  client: Client,
  { store, encryptionKeys }: Environment,
  { olderThanMs, dryRun = false, progress }: PruneOptions = {},
): Promise<PruneReport> {
  const { namespace } = client.options;
  const sealing = await openSealing(store, cipherOf(encryptionKeys));
  await checkServer(client, store);
  const referred = new Set<string>();
  const endedBefore = olderThanMs === undefined ? undefined : new Date(Date.now() - olderThanMs);
  const { journals, runs } = await readRetainedRuns(client, {
    endedBefore,
    onText: (text) => hashesIn(text).forEach((hash) => referred.add(hash)),
    progress: (count) => progress?.(`${count} runs read`),
  });
  const marked = await markContent(store, namespace, referred, sealing);
  const folders = new Set([...journals].map((key) => foldersOf(JSON.parse(key) as [string, string])));
  const pruned = await pruneStore(store, {
    namespace,
    dryRun,
    keepsRun: async (workflow, firstRun) =>
      folders.has(path.join(workflow, firstRun)) || (await isThere(client, workflow, firstRun, endedBefore)),
    keepsContent: (file) => marked.has(file.file) || !canBeMarked(file, store),
    progress: (count) => progress?.(`${count} files looked at`),
  });
  return { ...pruned, retainedRuns: runs, dryRun };
}

/** A store goes by what one server says. Another one of the same name would call every run gone. */
async function checkServer(client: Client, store: string): Promise<void> {
  const { namespace } = client.options;
  if (!existsSync(store)) {
    throw refusal(`there is no store at ${store}`);
  }
  const id = await namespaceIdOf(client);
  const noted = await notedNamespaces(store, namespace);
  if (!noted.includes(id)) {
    throw refusal(
      `no Worker of the namespace "${namespace}" of this server has used the store ${store}: is it the right one? A Worker of this version notes that when it starts`,
    );
  }
  const others = noted.filter((name) => name !== id);
  if (others.length === 0) return;
  const notes = others.map((name) => path.join(namespaceNotes(store, namespace), name)).join(' ');
  throw refusal(
    `runs of another server use the store ${store} too, in a namespace of the same name ("${namespace}"), and this one can not say which of them are needed. If that server is gone for good, remove ${notes}`,
  );
}

/** What tells a namespace from another one of that name. */
export async function namespaceIdOf({ workflowService, options }: Pick<Client, 'workflowService' | 'options'>) {
  const { namespaceInfo } = await workflowService.describeNamespace({ namespace: options.namespace });
  return safeName(namespaceInfo?.id || 'unknown');
}

/** The list of the server lags behind: what would go is asked for by name. */
async function isThere(
  client: Client,
  workflow: string,
  firstRun: string,
  endedBefore: Date | undefined,
): Promise<boolean> {
  // A name that is a hash here: the list alone has to say.
  if (workflow.startsWith('~') || (await firstRunOf(client, workflow)) !== firstRun) return false;
  const { status, closeTime } = await client.workflow.getHandle(workflow).describe();
  return status.name === 'RUNNING' || !endedBefore || !closeTime || closeTime >= endedBefore;
}

function foldersOf([workflowId, firstRunId]: [string, string]): string {
  return path.join(safeName(workflowId), safeName(firstRunId));
}

function refusal(message: string): CadenzaError {
  return new CadenzaError('ConfigurationInvalid', `nothing is pruned: ${message}.`, { field: 'CADENZA_STORE' });
}
