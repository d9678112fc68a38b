import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CadenzaError } from '../contracts/failures';
import type { ProviderAnswer } from '../contracts/model';
import { errorCode, writeDurably } from './durable-file';
import { safeName } from './file-content-store';
import type { Claim, Journal, JournalCost, JournalKey, JournalStep } from './journal';
import type { AttemptLine } from './journal-usage';
import { usageOfAttempts } from './journal-usage';

/** How often a claim is renewed, and how long it holds without: shorter than an activity's heartbeat timeout. */
export const LEASE = { renewMs: 1_000, holdMs: 4_000, pollMs: 100 } as const;

/**
 * The filesystem driver of the journal. Beside each other in a folder for each step:
 * `<key>.json` the answer, synced; `<key>.log` the attempts; `<key>.claim` who is sending, renewed while it does.
 */
export function createFileJournal(folder: string): Journal {
  const stepFolder = ({ namespace, workflowId, firstRunId, step }: JournalStep) =>
    path.join(folder, 'journal', ...[namespace, workflowId, firstRunId, step].map(safeName));

  return {
    async open(key, signal) {
      const base = path.join(stepFolder(key), fileNameOf(key));
      await guarded('written', () => mkdir(path.dirname(base), { recursive: true, mode: 0o700 }));
      for (;;) {
        signal.throwIfAborted();
        const recorded = await guarded('read', () => readAnswer(`${base}.json`));
        if (recorded) {
          await guarded('written', () => note(base, { state: 'replayed', model: recorded.cost.model }));
          return { kind: 'answered', answer: recorded.answer };
        }
        const claimed = await guarded('written', () => takeClaim(`${base}.claim`));
        // Looked at again under the claim: the holder may have answered and gone between the two looks.
        if (claimed && !(await guarded('read', () => readAnswer(`${base}.json`)))) return createClaim(base);
        if (claimed) await rm(`${base}.claim`, { force: true });
        else await sleep(LEASE.pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    },

    async usage(step) {
      return usageOfAttempts(await guarded('read', () => readAttempts(stepFolder(step))));
    },
  };
}

function fileNameOf({ sample, requestHash }: JournalKey): string {
  return `${sample}-${requestHash.slice(0, 40)}`;
}

/** What an answer's file holds; `id` is that of the `sent` line it ends. */
type Recorded = { id: string; cost: JournalCost; answer: ProviderAnswer };

async function readAnswer(file: string): Promise<Recorded | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Recorded;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** True when the claim is ours now: there was none, or its holder stopped renewing it. */
async function takeClaim(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const held = await stat(file).catch(() => undefined);
  if (held && Date.now() - held.mtimeMs > LEASE.holdMs) {
    // A rename succeeds for one of those who see the claim run out; the others find nothing to rename.
    const grave = `${file}.${randomUUID()}`;
    await rename(file, grave).then(
      () => rm(grave, { force: true }),
      () => undefined,
    );
  }
  return false;
}

function createClaim(base: string): Claim {
  const id = randomUUID();
  const renewal = setInterval(() => {
    const now = new Date();
    utimes(`${base}.claim`, now, now).catch(() => undefined);
  }, LEASE.renewMs);
  const release = async () => {
    clearInterval(renewal);
    await rm(`${base}.claim`, { force: true });
  };
  return {
    kind: 'claimed',
    sending: (worstCase) => guarded('written', () => note(base, { state: 'sent', id, worstCase })),
    async answered(answer, cost) {
      try {
        const recorded: Recorded = { id, cost, answer };
        await guarded('written', () => writeDurably(`${base}.json`, JSON.stringify(recorded)));
      } finally {
        await release();
      }
    },
    async failed(outcome) {
      try {
        await guarded('written', () => note(base, { state: outcome, id }));
      } finally {
        await release();
      }
    },
  };
}

/** One short line in one write: lines of two processes do not mix. */
async function note(base: string, line: AttemptLine): Promise<void> {
  await appendFile(`${base}.log`, `${JSON.stringify(line)}\n`, { mode: 0o600 });
}

async function readAttempts(folder: string): Promise<AttemptLine[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const lines = await Promise.all(
    names.map(async (name): Promise<AttemptLine[]> => {
      const file = path.join(folder, name);
      if (name.endsWith('.log')) return (await readFile(file, 'utf8')).split('\n').flatMap(parseLine);
      const recorded = name.endsWith('.json') ? await readAnswer(file) : undefined;
      return recorded ? [{ state: 'answered', id: recorded.id, cost: recorded.cost }] : [];
    }),
  );
  return lines.flat();
}

/** A line that a crash cut short is left out; the `sent` line before it still counts the call. */
function parseLine(line: string): AttemptLine[] {
  try {
    return [JSON.parse(line) as AttemptLine];
  } catch {
    return [];
  }
}

async function guarded<T>(verb: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new CadenzaError('StoreUnavailable', `the journal could not be ${verb} (${errorCode(error) ?? 'error'})`);
  }
}
