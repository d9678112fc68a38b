import { isCancellation } from '@temporalio/workflow';
import type { BatchItem, BatchPlan } from '../contracts/batch-messages';
import { values } from './activity-proxies';
import { pauseAfterTrouble } from './pause-after-trouble';

/** The next items of a batch, loaded before they are wanted so that none is waited for. */
export class BatchItems {
  private ready: BatchItem[] = [];
  private isLoading = false;

  constructor(
    private readonly plan: BatchPlan,
    private readonly onLoaded: () => void,
  ) {}

  /** Loads more where fewer than so many are ready; `next` is the first that was not taken. */
  want(next: number, many: number): void {
    const from = this.ready.at(-1)?.item ?? next - 1;
    if (this.isLoading || this.ready.length >= many || from + 1 >= this.plan.items) return;
    void this.load(from + 1);
  }

  take(): BatchItem | undefined {
    return this.ready.shift();
  }

  private async load(from: number): Promise<void> {
    this.isLoading = true;
    const { tenant, pattern, pages, pageItems } = this.plan;
    try {
      this.ready.push(...(await values.loadItems({ tenant, pattern, pages, pageItems }, from)));
    } catch (error) {
      // The store is away: tried again for as long as the batch goes on.
      if (!isCancellation(error)) await pauseAfterTrouble().catch(() => undefined);
    } finally {
      this.isLoading = false;
      this.onLoaded();
    }
  }
}
