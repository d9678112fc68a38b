/**
 * Bounds what is under way at once; who waits goes on in the order in which they came. Below the bound a call is made as
 * if there was none, without a promise more: the replay of a Workflow depends on that.
 */
export class AtOnce {
  private underWay = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly most: number) {}

  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.underWay >= this.most) {
      return new Promise<void>((resolve) => this.waiting.push(resolve)).then(() => this.begin(work));
    }
    this.underWay += 1;
    return this.begin(work);
  }

  private begin<T>(work: () => Promise<T>): Promise<T> {
    const begun = work();
    const leave = () => {
      const next = this.waiting.shift();
      // A place that is handed on stays taken.
      if (next) next();
      else this.underWay -= 1;
    };
    begun.then(leave, leave);
    return begun;
  }
}
