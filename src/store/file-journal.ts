import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import type { ProviderAnswer } from '../contracts/model';
import { errorCode, publishDurably } from './durable-file';
import type { FileClaim } from './file-claim';
import { LEASE, takeClaim } from './file-claim';
import { safeName } from './file-content-store';
import type { Claim, Journal, JournalCost, JournalKey, JournalStep } from './journal';
import type { Try } from '../core/routing/next-model';
import type { AttemptLine } from './journal-usage';
import { usageOfAttempts } from './journal-usage';

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
          return { kind: 'answered', ...recorded };
        }
        const claim = await guarded('written', () => takeClaim(`${base}.claim`));
        // Looked at again under the claim: the holder may have answered and gone between the two looks.
        if (claim && !(await guarded('read', () => readAnswer(`${base}.json`)))) return createClaim(base, claim);
        if (claim) await claim.release();
        else await sleep(LEASE.pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    },

    async tries(step, question) {
      const lines = await guarded('read', () => readLines(triesFile(stepFolder(step), question)));
      return lines.flatMap((line) => parseLine<Try>(line, 'model'));
    },

    async noteTry(step, question, failed) {
      const folderOfStep = stepFolder(step);
      await guarded('written', async () => {
        await mkdir(folderOfStep, { recursive: true, mode: 0o700 });
        await appendLine(triesFile(folderOfStep, question), failed);
      });
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
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return parseRecorded(text, file);
}

/** @throws CadenzaError `StoreUnavailable`, not to be tried again: no call is paid where an answer may have been. */
function parseRecorded(text: string, file: string): Recorded {
  try {
    const recorded = JSON.parse(text) as Partial<Recorded> | null;
    if (recorded?.id && recorded.cost && recorded.answer) return recorded as Recorded;
  } catch {
    // Told below: a parser's message quotes the answer.
  }
  const name = path.join(path.basename(path.dirname(file)), path.basename(file));
  throw new CadenzaError('StoreUnavailable', `the journal entry ${name} is damaged: remove it to ask the model again`, {
    retryable: false,
  });
}

function createClaim(base: string, claim: FileClaim): Claim {
  const { id } = claim;
  return {
    kind: 'claimed',
    id,
    sending: (worstCase) => guarded('written', () => note(base, { state: 'sent', id, worstCase })),
    async answered(answer, cost) {
      try {
        return await guarded('written', async () => {
          const recorded: Recorded = { id, cost, answer };
          if (await publishDurably(`${base}.json`, JSON.stringify(recorded))) return answer;
          // The lease ran out and another attempt answered first: both were paid, and its answer counts.
          await note(base, { state: 'answered', id, cost });
          return (await readAnswer(`${base}.json`))?.answer ?? answer;
        });
      } finally {
        await claim.release();
      }
    },
    async failed(outcome) {
      try {
        await guarded('written', () => note(base, { state: outcome, id }));
      } finally {
        await claim.release();
      }
    },
  };
}

function note(base: string, line: AttemptLine): Promise<void> {
  return appendLine(`${base}.log`, line);
}

/** One short line in one write: lines of two processes do not mix. */
async function appendLine(file: string, line: object): Promise<void> {
  // The line break in front ends a line that a crash cut short.
  await appendFile(file, `\n${JSON.stringify(line)}\n`, { mode: 0o600 });
}

async function readLines(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split('\n');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function triesFile(folder: string, question: string): string {
  return path.join(folder, `${question.slice(0, 40)}.tries`);
}

async function readAttempts(folder: string): Promise<AttemptLine[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const lines = await Promise.all(
    names.map(async (name): Promise<AttemptLine[]> => {
      const file = path.join(folder, name);
      if (name.endsWith('.log'))
        return (await readLines(file)).flatMap((line) => parseLine<AttemptLine>(line, 'state'));
      const recorded = name.endsWith('.json') ? await readAnswer(file) : undefined;
      return recorded ? [{ state: 'answered', id: recorded.id, cost: recorded.cost }] : [];
    }),
  );
  return lines.flat();
}

/** A line that a crash cut short is left out; the `sent` line before it still counts the call. */
function parseLine<L extends object>(line: string, field: string & keyof L): L[] {
  try {
    const parsed = JSON.parse(line) as L | null;
    return typeof parsed === 'object' && parsed !== null && field in parsed ? [parsed] : [];
  } catch {
    return [];
  }
}

async function guarded<T>(verb: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isCadenzaError(error)) throw error;
    throw new CadenzaError('StoreUnavailable', `the journal could not be ${verb} (${errorCode(error) ?? 'error'})`);
  }
}
