import { createHash } from 'node:crypto';
import { open, readFile, statfs } from 'node:fs/promises';
import path from 'node:path';
import { isCadenzaError } from '../contracts/failures';
import type { Sealing } from '../contracts/sealing';
import { CACHE_HEADER_BYTES, cacheEntryUntil } from './cache-entry';
import { errorCode } from './durable-file';
import { LEASE } from './file-claim';
import { createJournalEntries } from './journal-entries';
import { keysOfStore } from './open-sealing';
import type { StoreArea, StoreFile } from './walk-store';
import { walkStore } from './walk-store';

/** How much of one kind there is for one namespace, by the name of its folder. */
export type StoreShare = { area: StoreArea; namespace: string; files: number; bytes: number };

export type StoreSurvey = {
  shares: StoreShare[];
  /** Claims whose holder is gone, and files that a crash left half written. They harm nothing. */
  leftClaims: number;
  leftDrafts: number;
  expiredAnswers: number;
  /** Files that hold something else than they should, at most {@link MOST_NAMED} by name. */
  damaged: { count: number; files: string[] };
  freeBytes: number;
  /** The id of the key that the store was last encrypted with. */
  encryption: string | null;
};

export type SurveyOptions = {
  /** Reads every file, and not only its size. */
  verify?: boolean | undefined;
  sealing?: Sealing | undefined;
  progress?: ((files: number, bytes: number) => void) | undefined;
};

const MOST_NAMED = 20;
const EMPTY = createHash('sha256').digest('hex');

/** Counts what a store holds, file by file. Changes nothing. @throws CadenzaError `StoreUnavailable`, or as `fs` */
export async function surveyStore(folder: string, options: SurveyOptions = {}): Promise<StoreSurvey> {
  const shares = new Map<string, StoreShare>();
  const damaged = { count: 0, files: [] as string[] };
  const left = { leftClaims: 0, leftDrafts: 0, expiredAnswers: 0 };
  let files = 0;
  let bytes = 0;
  for await (const found of walkStore(folder)) {
    options.progress?.((files += 1), (bytes += found.bytes));
    const namespace = found.parts[0] ?? '';
    const id = `${found.area} ${namespace}`;
    const share = shares.get(id) ?? { area: found.area, namespace, files: 0, bytes: 0 };
    shares.set(id, { ...share, files: share.files + 1, bytes: share.bytes + found.bytes });
    if (isDraft(found)) left.leftDrafts += 1;
    else if (isLeftClaim(found)) left.leftClaims += 1;
    else if (await isExpired(found)) left.expiredAnswers += 1;
    else if (await isDamaged(found, options)) {
      damaged.count += 1;
      if (damaged.files.length < MOST_NAMED) damaged.files.push(path.relative(folder, found.file));
    }
  }
  const { bavail, bsize } = await statfs(folder);
  const [key] = await keysOfStore(folder);
  return { shares: [...shares.values()], ...left, damaged, freeBytes: bavail * bsize, encryption: key ?? null };
}

/** A file on its way to its name. */
export function isDraft({ parts }: StoreFile): boolean {
  return parts.at(-1)?.startsWith('.') ?? false;
}

/** A claim that nobody renews, or one that was being taken away. */
export function isLeftClaim({ parts, changedMs }: StoreFile): boolean {
  return /\.claim(?:\.[^.]+)?$/.test(parts.at(-1) ?? '') && Date.now() - changedMs > LEASE.holdMs;
}

/** An answer of the cache whose time is over. */
export async function isExpired({ area, file }: StoreFile): Promise<boolean> {
  if (area !== 'cache' || file.endsWith('.claim')) return false;
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(CACHE_HEADER_BYTES), 0, CACHE_HEADER_BYTES, 0);
    const until = cacheEntryUntil(buffer.subarray(0, bytesRead));
    return until !== undefined && until <= Date.now();
  } finally {
    await handle.close();
  }
}

async function isDamaged({ area, file, parts, bytes }: StoreFile, options: SurveyOptions): Promise<boolean> {
  const isClear = area === 'content' && parts.length === 4 && !file.includes(`${path.sep}sealed${path.sep}`);
  if (bytes === 0) return !(isClear && parts.slice(2).join('') === EMPTY) && !file.endsWith('.claim');
  if (!options.verify) return false;
  try {
    if (isClear)
      return (
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex') !== parts.slice(2).join('')
      );
    if (area === 'journal') {
      await createJournalEntries(options.sealing).read(path.dirname(file), path.basename(file));
    }
    if (area === 'cache' && !file.endsWith('.claim')) return cacheEntryUntil(await readFile(file)) === undefined;
    return false;
  } catch (error) {
    // What another key has sealed is not damaged, nor is what has gone meanwhile.
    if (isCadenzaError(error)) return error.type === 'StoreUnavailable' || error.type === 'DecryptionFailed';
    return errorCode(error) !== 'ENOENT';
  }
}
