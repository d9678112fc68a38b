import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import type { ProviderAnswer } from '../contracts/model';
import type { Sealing } from '../contracts/sealing';
import type { CallUsage } from '../contracts/usage';
import { addUsage } from '../core/usage';
import { errorCode } from './durable-file';
import type { Try } from '../core/routing/next-model';
import type { FileClaim } from './file-claim';
import { LEASE, takeClaim } from './file-claim';
import { safeName } from './file-content-store';
import type { Claim, Journal, JournalKey, JournalStep } from './journal';
import type { JournalEntries, Recorded } from './journal-entries';
import { createJournalEntries } from './journal-entries';
import { foldersWithin, makeStepFolder } from './journal-tree';
import type { AttemptLine } from './journal-usage';
import { usageOfAttempts } from './journal-usage';

/** How often an answer is written, and how long it is waited in between: three seconds in all. */
const WRITES = 5;
const WRITE_AGAIN_MS = 300;

/**
 * The filesystem driver of the journal. Beside each other in a folder for each step:
 * `<key>.json` the answer, synced, or `<key>.sealed` where there is a sealing; `<key>.log` the attempts, which hold counts
 * and no text; `<key>.claim` who is sending, renewed while it does; and notes on the steps inside it.
 */
export function createFileJournal(folder: string, sealing?: Sealing): Journal {
  const entries = createJournalEntries(sealing);
  // A hash of the question in clear would let somebody try out what was asked.
  const nameOf = (question: string) => (sealing ? sealing.nameOf('journal', question) : question);
  const runFolder = ({ namespace, workflowId, firstRunId }: JournalStep) =>
    path.join(folder, 'journal', ...[namespace, workflowId, firstRunId].map(safeName));
  const stepFolder = (step: JournalStep) => path.join(runFolder(step), safeName(step.step));

  return {
    async open(key, signal) {
      const home = await guarded('written', () => makeStepFolder(runFolder(key), key.step));
      const base = path.join(home, entries.nameOf(key));
      const find = () => guarded('read', () => entries.find(home, key));
      for (;;) {
        signal.throwIfAborted();
        const recorded = await find();
        if (recorded) {
          await guarded('written', () => note(base, { state: 'replayed', model: recorded.cost.model }));
          return { kind: 'answered', ...recorded };
        }
        const claim = await guarded('written', () => takeClaim(`${base}.claim`));
        // Looked at again under the claim: the holder may have answered and gone between the two looks.
        if (claim && !(await find())) return createClaim(base, claim, { entries, home, key });
        if (claim) await claim.release();
        else await sleep(LEASE.pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    },

    async tries(step, question) {
      const lines = await guarded('read', () => readLines(triesFile(stepFolder(step), nameOf(question))));
      return lines.flatMap((line) => parseLine<Try>(line, 'model'));
    },

    async noteTry(step, question, failed) {
      await guarded('written', async () => {
        const home = await makeStepFolder(runFolder(step), step.step);
        await appendLine(triesFile(home, nameOf(question)), failed);
      });
    },

    async usage(step) {
      return guarded('read', async () => {
        const usages: CallUsage[] = [];
        for await (const { folder, files } of foldersWithin(runFolder(step), step.step)) {
          usages.push(usageOfAttempts(await readAttempts(folder, files, entries)));
        }
        return addUsage(...usages);
      });
    },
  };
}

function createClaim(
  base: string,
  claim: FileClaim,
  { entries, home, key }: { entries: JournalEntries; home: string; key: JournalKey },
): Claim {
  const { id } = claim;
  return {
    kind: 'claimed',
    id,
    name: entries.nameOf(key),
    sending: (worstCase) => guarded('written', () => note(base, { state: 'sent', id, worstCase })),
    async answered(answer, cost) {
      try {
        return await untilWritten(answer, async () => {
          const recorded: Recorded = { id, cost, answer };
          if (await entries.publish(home, key, recorded)) return answer;
          // The lease ran out and another attempt answered first: both were paid, and its answer counts.
          await note(base, { state: 'answered', id, cost });
          return (await entries.find(home, key))?.answer ?? answer;
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

/** An answer that is paid for is not thrown away because it can not be written: that is tried again, and then told. */
async function untilWritten(
  answer: ProviderAnswer,
  write: () => Promise<ProviderAnswer>,
): Promise<{ answer: ProviderAnswer; problem?: string }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { answer: await write() };
    } catch (error) {
      if (isCadenzaError(error)) throw error;
      if (attempt === WRITES) return { answer, problem: errorCode(error) ?? 'error' };
      await sleep(WRITE_AGAIN_MS * attempt);
    }
  }
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

async function readAttempts(folder: string, files: string[], entries: JournalEntries): Promise<AttemptLine[]> {
  const lines = await Promise.all(
    files.map(async (name): Promise<AttemptLine[]> => {
      if (name.endsWith('.log'))
        return (await readLines(path.join(folder, name))).flatMap((line) => parseLine<AttemptLine>(line, 'state'));
      const recorded = await entries.read(folder, name);
      if (recorded?.cost.fromCache) return [{ state: 'cached', model: recorded.cost.model }];
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
