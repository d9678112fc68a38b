import { randomUUID } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import { errorCode, publishDurably } from './durable-file';
import { safeName } from './file-content-store';
import { entriesOf, unlessGone } from './walk-store';

/**
 * What a store is called by, made when it is first asked for: those who see the same one work with the same store.
 * @throws CadenzaError `StoreUnavailable`
 */
export async function storeId(folder: string): Promise<string> {
  return guarded(async () => {
    const file = path.join(folder, 'store.json');
    const made = `${JSON.stringify({ id: randomUUID() })}\n`;
    if (!(await unlessGone(access(file).then(() => true)))) await publishDurably(file, made);
    try {
      const { id } = JSON.parse(await readFile(file, 'utf8')) as { id?: unknown };
      if (typeof id === 'string') return id;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    throw new CadenzaError('StoreUnavailable', `${file} is damaged: remove it while no Worker runs`, {
      retryable: false,
    });
  });
}

/** Notes that runs of this namespace of this server use the store. @throws CadenzaError `StoreUnavailable` */
export async function noteNamespace(folder: string, namespace: string, namespaceId: string): Promise<void> {
  const file = path.join(namespaceNotes(folder, namespace), safeName(namespaceId));
  await guarded(async () => (await unlessGone(access(file).then(() => true))) ?? publishDurably(file, ''));
}

/** The ids of all namespaces of that name whose runs have used the store. @throws CadenzaError `StoreUnavailable` */
export async function notedNamespaces(folder: string, namespace: string): Promise<string[]> {
  return guarded(async () => {
    const names: string[] = [];
    for await (const { name } of entriesOf(namespaceNotes(folder, namespace))) {
      if (!name.startsWith('.')) names.push(name);
    }
    return names.sort();
  });
}

/** The folder of these notes: a person removes the one of a server that is gone for good. */
export function namespaceNotes(folder: string, namespace: string): string {
  return path.join(folder, 'namespaces', safeName(namespace));
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isCadenzaError(error)) throw error;
    throw new CadenzaError(
      'StoreUnavailable',
      `the store could not be read or written (${errorCode(error) ?? 'error'})`,
    );
  }
}
