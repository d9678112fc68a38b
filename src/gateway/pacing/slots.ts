/** At most so many at once; the others wait in the order in which they came. */
export class Slots {
  private taken = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly most: number) {}

  get inUse(): number {
    return this.taken;
  }

  get waiting(): number {
    return this.queue.length;
  }

  /** Resolves with the function that gives the place back, to be called once. An abort rejects with `signal.reason`. */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.taken >= this.most) await this.turn(signal);
    else this.taken += 1;
    let isBack = false;
    return () => {
      if (isBack) return;
      isBack = true;
      // A place goes to the next one without ever being free.
      const next = this.queue.shift();
      if (next) next();
      else this.taken -= 1;
    };
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = () => {
        this.queue.splice(this.queue.indexOf(go), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.queue.push(go);
    });
  }
}
