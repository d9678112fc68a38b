import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import type { LedgerLine, Refusal } from '../core/budget/budget-book';
import { BudgetBook, isLedgerLine } from '../core/budget/budget-book';
import type { BudgetLedger, LedgerRun } from './budget-ledger';
import { errorCode, syncFolder } from './durable-file';
import { safeName } from './file-content-store';

/** Runs whose book is kept in memory; the book of another one is made anew from its file. */
const BOOKS = 1_000;

/**
 * The filesystem driver: a file of lines for each run, only ever appended to. Many processes append at once, the file has
 * one order, and each reads from it what counts. Lines that come together are written and synced together.
 */
export function createFileBudgetLedger(folder: string): BudgetLedger {
  const files = new Map<string, LedgerFile>();
  const fileOf = ({ namespace, workflowId, firstRunId }: LedgerRun) => {
    const [first, second, third] = [namespace, workflowId, firstRunId].map(safeName) as [string, string, string];
    const file = path.join(folder, 'budgets', first, second, `${third}.log`);
    const known = files.get(file);
    if (known) files.delete(file);
    const ledger = known ?? new LedgerFile(file);
    files.set(file, ledger);
    for (const [oldest, { isIdle }] of files) {
      if (files.size <= BOOKS) break;
      if (isIdle) files.delete(oldest);
    }
    return ledger;
  };

  return {
    reserve: (run, { id, key, step, model, worst, scopes }) =>
      fileOf(run).append({ is: 'reserve', id, key, step, model, worst, scopes }),
    async settle(run, id, actual) {
      await fileOf(run).append(actual ? { is: 'settle', id, actual } : { is: 'unknown', id });
    },
    async raise(run, scope, caps) {
      await fileOf(run).append({ is: 'raise', scope, caps });
    },
    state: async (run, scope) => (await fileOf(run).read()).state(scope),
  };
}

type Waiting = {
  line: LedgerLine | undefined;
  resolve: (refusal: Refusal | undefined) => void;
  reject: (error: unknown) => void;
};

/** One run's file, and what has been read of it. */
class LedgerFile {
  private readonly book = new BudgetBook();
  private offset = 0;
  private queue: Waiting[] = [];
  private writing = false;
  private isCut = false;

  constructor(private readonly file: string) {}

  get isIdle(): boolean {
    return !this.writing && this.queue.length === 0;
  }

  append(line: LedgerLine | undefined): Promise<Refusal | undefined> {
    return new Promise((resolve, reject) => {
      this.queue.push({ line, resolve, reject });
      if (!this.writing) void this.drain();
    });
  }

  async read(): Promise<BudgetBook> {
    await this.append(undefined);
    return this.book;
  }

  private async drain(): Promise<void> {
    this.writing = true;
    for (let together = this.queue; together.length > 0; together = this.queue) {
      this.queue = [];
      try {
        const refusals = await this.write(together.flatMap(({ line }) => (line ? [line] : [])));
        together.forEach(({ line, resolve }) => resolve(line?.is === 'reserve' ? refusals.get(line.id) : undefined));
      } catch (error) {
        const failure = isCadenzaError(error) ? error : unwritten(error);
        together.forEach(({ reject }) => reject(failure));
      }
    }
    this.writing = false;
  }

  /** Appends and syncs, then takes in everything up to its own lines and behind: the order of the file decides. */
  private async write(lines: readonly LedgerLine[]): Promise<Map<string, Refusal>> {
    const handle = await this.open(lines.length > 0);
    if (!handle) return new Map();
    try {
      // Before anything is appended, which would hide it.
      if (this.isCut || (await handle.stat()).size < this.offset) throw this.cut();
      if (lines.length > 0) {
        // The line break in front ends a line that a crash cut short.
        await handle.appendFile(`\n${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
        // What ends a reservation may be lost: it then counts at its worst case.
        if (lines.some(({ is }) => is === 'reserve' || is === 'raise')) await handle.datasync();
      }
      const { size } = await handle.stat();
      const bytes = Buffer.alloc(size - this.offset);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, this.offset);
      const whole = bytes.subarray(0, bytesRead).lastIndexOf('\n') + 1;
      this.offset += whole;
      return this.takeIn(bytes.subarray(0, whole).toString('utf8'));
    } finally {
      await handle.close();
    }
  }

  /** What a file that has become shorter said of the money that was spent is gone: no call may leave any more. */
  private cut(): CadenzaError {
    this.isCut = true;
    const name = path.basename(path.dirname(this.file));
    return new CadenzaError('StoreUnavailable', `the ledger of the budget of "${name}" was cut short or replaced`, {
      retryable: false,
    });
  }

  private async open(toWrite: boolean) {
    if (this.offset === 0 && toWrite) await mkdir(path.dirname(this.file), { recursive: true, mode: 0o700 });
    try {
      const handle = await open(this.file, toWrite ? 'a+' : 'r', 0o600);
      if (this.offset === 0 && toWrite) await syncFolder(path.dirname(this.file));
      return handle;
    } catch (error) {
      if (!toWrite && errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  private takeIn(text: string): Map<string, Refusal> {
    const refusals = new Map<string, Refusal>();
    for (const written of text.split('\n')) {
      const line = parse(written);
      const refusal = line && this.book.take(line);
      if (line?.is === 'reserve' && refusal) refusals.set(line.id, refusal);
    }
    return refusals;
  }
}

function unwritten(error: unknown): CadenzaError {
  const code = errorCode(error) ?? 'error';
  return new CadenzaError('StoreUnavailable', `the ledger of the budget could not be written (${code})`);
}

function parse(written: string): LedgerLine | undefined {
  if (written === '') return undefined;
  try {
    const line: unknown = JSON.parse(written);
    return isLedgerLine(line) ? line : undefined;
  } catch {
    return undefined;
  }
}
