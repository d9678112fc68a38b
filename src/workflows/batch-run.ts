import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchResult } from '../contracts/batch.schema';
import type { BatchItem, ItemOutcome } from '../contracts/batch-messages';
import type { GivenInput } from '../contracts/check-input.schema';
import type { JsonValue } from '../contracts/json';
import type { RunProgress, RunStatus } from '../contracts/run';
import type { RunAccount } from '../contracts/usage.schema';
import { allItemsFailed } from '../core/batch/all-items-failed';
import { batchMarkdown, batchResult, batchRunProgress, batchUsage } from '../core/batch/batch-progress';
import type { BatchState } from '../core/batch/batch-state';
import { endedItems, endItem, firstBatchState, startItem, storeRecords } from '../core/batch/batch-state';
import { system, values } from './activity-proxies';
import { BatchItems } from './batch-items';
import { cancelItems, collectItems } from './collect-items';
import { Limiter } from './limiter';
import { pauseAfterTrouble } from './pause-after-trouble';
import { refuseUpdate } from './refuse-update';
import { describeFailure } from './run-failure';
import { readBudget, runIdentity } from './run-identity';
import { startItemRun } from './run-item';
import { leaveOutcome, markStarted } from './search';
import type { PatternRun } from './serve-pattern';

/** Records that are stored together, and the most that wait for it before no item is started any more. */
const CHUNK = 50;
const MOST_RECORDS = 5 * CHUNK;
/** JSON bytes of an output that needs no look at it. */
const OUTPUT_BYTES = 1024;
/** How long items may take to end before the batch continues as new without them. */
const DRAIN_MS = 2_000;
/** How long a cancelled batch waits for its items, to tell what they have used. */
const CANCEL_SECONDS = 5;

/** One run of a batch: starts items, keeps what became of them, and hands on to the next run. */
export class BatchRun implements PatternRun<BatchResult> {
  private state: BatchState | undefined;
  private items: BatchItems | undefined;
  private readonly startedAt = Date.now();
  /** Items whose child an earlier run started. */
  private readonly left: ReadonlySet<number>;
  private readonly collecting = new CancellationScope();
  private paused: boolean;
  private isDraining = false;
  private isStoring = false;
  /** Items of which something is under way besides their child: starting it, or taking account of its end. */
  private readonly busy = new Set<number>();
  /** Ends of items that are still to be taken account of, one by one. */
  private readonly ended: (() => void)[] = [];
  /** `system` lets them go one at a time by itself; without this one's awaits a recorded batch does not replay. */
  private readonly settling = new Limiter(1);
  private version = 0;
  private status: RunStatus = 'running';
  private results: JsonValue = null;

  constructor(
    private readonly given: GivenInput<'batch'>,
    carried: BatchState | undefined,
  ) {
    this.state = carried;
    this.paused = carried?.paused ?? false;
    this.left = new Set(carried?.running.map(({ item }) => item));
  }

  /** @throws ContinueAsNew when the run has grown long */
  async execute(): Promise<BatchResult> {
    this.state ??= firstBatchState(await values.prepareBatch(this.given), this.startedAt, this.paused);
    markStarted('batch', this.book.plan.search, { status: this.paused ? 'paused' : 'running' });
    this.items = new BatchItems(this.book.plan, () => this.wake());
    if (this.left.size > 0) void this.collectLeft();
    while (this.goesOn()) {
      const seen = this.version;
      // After each end what it makes room for, so that the order of commands is the same however many ends come at once.
      do {
        this.ended.shift()?.();
        this.pump();
      } while (this.ended.length > 0);
      setCurrentDetails(batchMarkdown(this.progress()));
      if (this.isLong()) await this.handOver();
      await condition(() => this.version !== seen || this.isLong());
    }
    await this.gather();
    if (this.book.completed === 0) throw allItemsFailed(this.book);
    return this.result();
  }

  resultSoFar(): BatchResult | null {
    return this.state ? this.result() : null;
  }

  progress(): RunProgress {
    const status = this.paused && this.status === 'running' ? 'paused' : this.status;
    return batchRunProgress(this.state, { status, now: Date.now(), startedAt: this.startedAt });
  }

  async account(): Promise<RunAccount | undefined> {
    const { state } = this;
    if (!state) return undefined;
    return { usage: batchUsage(state), ...(await readBudget(state.plan, runIdentity(state.plan, undefined), '')) };
  }

  async finish(status: RunStatus): Promise<void> {
    if (status === 'cancelled' && this.state) {
      await this.endItems(this.state);
      await this.gather();
    }
    this.status = status;
    this.leaveMemo();
    setCurrentDetails(batchMarkdown(this.progress()));
  }

  checkPausing(paused: boolean): void {
    if (this.paused === paused) refuseUpdate('run', paused ? 'is paused already' : 'is not paused');
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
    if (this.state) this.state = { ...this.state, paused };
    this.leaveMemo();
    this.wake();
  }

  private get book(): BatchState {
    return this.state as BatchState;
  }

  private wake(): void {
    this.version += 1;
  }

  private isLong(): boolean {
    return workflowInfo().continueAsNewSuggested;
  }

  /** Until every item has ended, or what still ran when the budget was used up. */
  private goesOn(): boolean {
    const { overBudget, running, plan } = this.book;
    return overBudget === undefined ? endedItems(this.book) < plan.items : running.length > 0;
  }

  /** Starts all that can be: items, the loading of the next ones, the storing of records. */
  private pump(): void {
    const { records, running, plan, next } = this.book;
    if (records.length >= CHUNK && !this.isStoring) void this.store();
    if (this.paused || this.isDraining || this.book.overBudget !== undefined || records.length >= MOST_RECORDS) return;
    this.items?.want(next, plan.maxParallel);
    for (let free = plan.maxParallel - running.length; free > 0; free -= 1) {
      const item = this.items?.take();
      if (!item) return;
      this.state = startItem(this.book, item, Date.now());
      void this.run(item);
    }
  }

  private async run(item: BatchItem): Promise<void> {
    this.busy.add(item.item);
    try {
      const child = await startItemRun(item, this.book.plan);
      this.busy.delete(item.item);
      this.wake();
      await this.end(item.item, await child.outcome());
    } catch (error) {
      this.busy.delete(item.item);
      // A cancel of the whole batch looks after what runs.
      if (isCancellation(error) && CancellationScope.current().consideredCancelled) return;
      const { info, detail } = describeFailure(error);
      await this.end(item.item, { error: info, usage: detail?.usage ?? { byModel: {} } });
    }
  }

  /** Takes account of an item's end, whatever happens to the batch meanwhile. */
  private async end(item: number, outcome: ItemOutcome, cut = false): Promise<void> {
    const running = this.book.running.find((one) => one.item === item);
    if (!running || this.busy.has(item)) return;
    this.busy.add(item);
    const settled = await CancellationScope.nonCancellable(() => this.settle(item, running.labelled, outcome));
    await new Promise<void>((resolve) => {
      this.ended.push(() => {
        this.state = endItem(this.book, item, { ...settled, cut }, Date.now());
        this.busy.delete(item);
        this.wake();
        resolve();
      });
      if (this.isDraining) this.takeEnds();
      this.wake();
    });
  }

  /** All at once: where nothing is started any more, their order makes no difference. */
  private takeEnds(): void {
    for (const end of this.ended.splice(0)) end();
  }

  private async settle(item: number, labelled: boolean, outcome: ItemOutcome) {
    const { output } = outcome;
    if (outcome.error || output === undefined) return outcome;
    if (!labelled && JSON.stringify(output).length <= OUTPUT_BYTES) return { ...outcome, settled: { output } };
    const { tenant, pages, pageItems, compare } = this.book.plan;
    const leave = await this.settling.enter();
    try {
      return { ...outcome, settled: await system.settleItem({ tenant, pages, pageItems, compare }, item, output) };
    } catch (error) {
      return { ...outcome, error: describeFailure(error).info };
    } finally {
      leave();
    }
  }

  private async store(): Promise<void> {
    this.isStoring = true;
    const records = this.book.records.slice(0, CHUNK);
    try {
      const chunk = await values.storeValue(this.book.plan.tenant, records as unknown as JsonValue);
      this.state = storeRecords(this.book, records, chunk);
    } catch (error) {
      if (!isCancellation(error)) await pauseAfterTrouble().catch(() => undefined);
    } finally {
      this.isStoring = false;
      this.wake();
    }
  }

  /** Waits for what ends soon, and continues as new with the rest. @throws ContinueAsNew */
  private async handOver(): Promise<never> {
    this.isDraining = true;
    this.takeEnds();
    await condition(() => this.book.running.length === 0, DRAIN_MS, { summary: 'what ends soon is waited for' });
    this.collecting.cancel();
    // Each child has started, and what has ended is in the state.
    await condition(() => this.busy.size === 0 && !this.isStoring && allHandlersFinished());
    // The next run is not given the memo by itself.
    const { memo } = workflowInfo();
    const goOn = makeContinueAsNewFunc<(given: object, state: BatchState) => Promise<BatchResult>>({
      memo: memo ?? {},
    });
    return goOn(this.given, this.book) as Promise<never>;
  }

  /** Waits for the children of earlier runs. */
  private async collectLeft(): Promise<void> {
    const open = () => this.book.running.map(({ item }) => item).filter((item) => this.left.has(item));
    const work = async () => {
      for (let items = open(); items.length > 0; items = open()) {
        const ended = await collectItems(this.book.plan.pattern, items);
        for (const { item, outcome } of ended) await this.end(item, outcome);
      }
    };
    await this.collecting.run(work).catch(() => undefined);
  }

  /** Cancels what runs, and takes account of what it has used as far as that is known soon. */
  private async endItems({ plan }: BatchState): Promise<void> {
    this.isDraining = true;
    this.takeEnds();
    this.collecting.cancel();
    await condition(() => this.busy.size === 0);
    const open = () => this.book.running.map(({ item }) => item);
    await cancelItems(open());
    const until = Date.now() + CANCEL_SECONDS * 1000;
    while (open().length > 0 && Date.now() < until) {
      const ended = await collectItems(plan.pattern, open(), CANCEL_SECONDS);
      for (const { item, outcome } of ended) await this.end(item, outcome, outcome.error?.type === 'Cancelled');
    }
    for (const item of open()) await this.end(item, { usage: { byModel: {} } }, true);
  }

  /** All results in the order of the items; tried until the store is there. */
  private async gather(): Promise<void> {
    await condition(() => !this.isStoring);
    const { plan, chunks, records } = this.book;
    const { tenant, pages, pageItems } = plan;
    this.results = await values.gatherItems({ tenant, pages, pageItems }, chunks, records);
  }

  private result(): BatchResult {
    const { completed, failed, plan, overBudget } = this.book;
    const after = `after ${completed + failed} of ${plan.items} items`;
    if (this.status === 'cancelled') return batchResult(this.book, this.results, `the batch was cancelled ${after}`);
    const reason = overBudget === undefined ? undefined : `the budget is used up ${after}: ${overBudget}`;
    return batchResult(this.book, this.results, reason);
  }

  private leaveMemo(): void {
    leaveOutcome(this.progress(), this.state?.plan.search);
  }
}
