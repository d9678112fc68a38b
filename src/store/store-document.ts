import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { ContentScope, DocumentReference } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import { MAX_DOCUMENT_BYTES } from '../contracts/limits';
import { shown } from '../contracts/nearest-name';
import type { ContentStore } from './content-store';
import { errorCode } from './durable-file';

/** Opening a named pipe would else wait for somebody to write to it. */
const READ_WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.md': 'text/markdown',
  '.txt': 'text/plain',
  '.eml': 'message/rfc822',
};

/**
 * Puts a file into the content store. The media type is a guess from the name: extraction looks at the content.
 * @throws CadenzaError `DocumentMissing`, `DocumentUnreadable`, `DocumentEmpty`, `DocumentTooLarge`, each naming the file
 */
export async function storeDocument(
  store: ContentStore,
  scope: ContentScope,
  file: string,
): Promise<DocumentReference> {
  const bytes = await readDocument(file);
  const name = path.basename(file);
  const mediaType = MEDIA_TYPES[path.extname(file).toLowerCase()] ?? 'application/octet-stream';
  return { ...(await store.put(scope, bytes, mediaType)), name };
}

/** Refuses what `storeDocument` would, without reading the file or needing a store. @throws as `storeDocument` */
export async function checkDocument(file: string): Promise<void> {
  const handle = await openDocument(file);
  await handle.close();
}

async function readDocument(file: string): Promise<Uint8Array> {
  const handle = await openDocument(file);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function openDocument(file: string): Promise<FileHandle> {
  const handle = await open(file, READ_WITHOUT_WAITING).catch((error: unknown) => {
    throw cannotOpen(file, errorCode(error));
  });
  try {
    const facts = await handle.stat();
    if (facts.isDirectory()) throw new CadenzaError('DocumentUnreadable', `${shownPath(file)} is a folder, not a file`);
    if (!facts.isFile()) throw new CadenzaError('DocumentUnreadable', `${shownPath(file)} is not a regular file`);
    if (facts.size === 0) throw new CadenzaError('DocumentEmpty', `${shownPath(file)} is empty`);
    if (facts.size > MAX_DOCUMENT_BYTES) {
      const megabytes = (size: number) => Math.round(size / 1024 / 1024);
      throw new CadenzaError(
        'DocumentTooLarge',
        `${shownPath(file)} has ${megabytes(facts.size)} MB; at most ${megabytes(MAX_DOCUMENT_BYTES)} MB are read. Split it`,
      );
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function cannotOpen(file: string, code: string | undefined): CadenzaError {
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new CadenzaError('DocumentMissing', `there is no file ${shownPath(file)}`);
  const reason =
    code === 'EACCES' || code === 'EPERM' ? 'you have no permission to read it' : (code ?? 'unknown error');
  return new CadenzaError('DocumentUnreadable', `${shownPath(file)} can not be opened: ${reason}`);
}

/** The end of a path is what tells files apart. */
function shownPath(file: string): string {
  return file.length > 60 ? `…${shown(file.slice(-58))}` : shown(file);
}
