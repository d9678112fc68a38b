import { condition } from '@temporalio/workflow';

/** Lets only so many in at once, in the order in which they came. */
export class Limiter {
  private inside = 0;
  private next = 0;
  private served = 0;

  constructor(private readonly most: number) {}

  /** Resolves when there is room; call what it gives to leave. */
  async enter(): Promise<() => void> {
    const ticket = this.next++;
    await condition(() => this.served === ticket && this.inside < this.most);
    this.served += 1;
    this.inside += 1;
    return () => void (this.inside -= 1);
  }
}
