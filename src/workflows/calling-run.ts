import type { RunProgress, RunStatus } from '../contracts/run';
import type { ModelCaller } from './model-caller';
import type { PatternBook } from './pattern-book';
import type { PatternRun } from './serve-pattern';

/** What every pattern that asks models itself answers and does in the same way, from its book and its caller. */
export abstract class CallingRun<R extends { partial: boolean }> implements PatternRun<R> {
  protected abstract readonly book: PatternBook;
  /** Undefined before the input was checked. */
  protected caller: ModelCaller | undefined;
  protected status: RunStatus = 'running';

  abstract execute(): Promise<R>;
  abstract resultSoFar(): R | null;

  progress(): RunProgress {
    return this.book.progress();
  }

  account() {
    return this.caller?.account();
  }

  askedAbove() {
    return this.book.askedAbove;
  }

  gate() {
    return this.caller?.gate;
  }

  async finish(status: RunStatus): Promise<void> {
    this.status = status;
    this.book.close(this.whyNotAsked(status));
    await this.caller?.readCut();
    await this.keep();
    this.book.finish(status);
  }

  /** Why the parts that are still to come will not. */
  protected whyNotAsked(status: RunStatus): string {
    return status === 'completed' ? 'not needed' : `the run has ended (${status})`;
  }

  /** What is to be stored before the run is over. */
  protected async keep(): Promise<void> {}

  /** The end of every result: what was used, and whether and why it was cut short, `by` what only the pattern knows of. */
  protected ending(by?: string) {
    const partialReason = this.book.cutShort(this.status) ?? by;
    return {
      usage: this.book.usage(),
      partial: partialReason !== undefined,
      ...(partialReason === undefined ? {} : { partialReason }),
    };
  }
}
