import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderAnswer } from '../contracts/model';
import type { Sealing } from '../contracts/sealing';
import { cacheEntryOf, readCacheEntry } from './cache-entry';
import type { FileClaim } from './file-claim';
import { LEASE, takeClaim } from './file-claim';
import { safeName } from './file-content-store';
import type { CacheKey, CacheSlot, ResponseCache } from './response-cache';

/**
 * The filesystem driver: `<folder>/cache/<namespace>/<tenant>/<ab>/<rest of a hash>` with `.json`, or `.sealed` where there
 * is a sealing, and `.claim` while somebody asks. Nothing is synced: what a crash cuts short is a miss.
 */
export function createFileResponseCache(folder: string, sealing?: Sealing): ResponseCache {
  const ending = sealing ? '.sealed' : '.json';

  return {
    async open(key, ttlSeconds, signal) {
      const base = baseOf(folder, key, sealing);
      const find = async () => {
        const bytes = await readFile(`${base}${ending}`).catch(() => undefined);
        return bytes && readCacheEntry(bytes, { ttlSeconds, base, sealing });
      };
      for (;;) {
        signal.throwIfAborted();
        const answer = await find();
        if (answer) return { kind: 'hit', answer };
        const claim = await claimOf(base);
        if (claim === 'none') return NO_CACHE;
        if (claim) {
          // Looked at again under the claim: the holder may have answered and gone between the two looks.
          const kept = await find();
          if (!kept)
            return slotOf(claim, (one) => write(`${base}${ending}`, cacheEntryOf(one, { ttlSeconds, base, sealing })));
          await claim.release().catch(() => undefined);
          return { kind: 'hit', answer: kept };
        }
        await sleep(LEASE.pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    },
  };
}

/** What can not be read or written keeps nothing. */
const NO_CACHE: CacheSlot = { kind: 'miss', keep: async () => undefined, release: async () => undefined };

function slotOf(claim: FileClaim, put: (answer: ProviderAnswer) => Promise<void>): CacheSlot {
  const release = () => claim.release().catch(() => undefined);
  return {
    kind: 'miss',
    release,
    async keep(answer) {
      await put(answer).catch(() => undefined);
      await release();
    },
  };
}

/** The name tells nothing of what was asked, where there is a sealing; whose it is goes into it. */
function baseOf(folder: string, key: CacheKey, sealing: Sealing | undefined): string {
  const { namespace, tenant, run, sample, requestHash } = key;
  const about = JSON.stringify([namespace, tenant, run ? [run.workflowId, run.firstRunId] : null, sample, requestHash]);
  const name = sealing ? sealing.nameOf('cache', about) : createHash('sha256').update(about).digest('hex');
  return path.join(folder, 'cache', safeName(namespace), safeName(tenant), name.slice(0, 2), name.slice(2));
}

async function claimOf(base: string): Promise<FileClaim | undefined | 'none'> {
  try {
    await mkdir(path.dirname(base), { recursive: true, mode: 0o700 });
    return await takeClaim(`${base}.claim`);
  } catch {
    return 'none';
  }
}

/** Whole or absent for those who read meanwhile. */
async function write(file: string, bytes: Uint8Array): Promise<void> {
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}`);
  try {
    await writeFile(draft, bytes, { flag: 'wx', mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
