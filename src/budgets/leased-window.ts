import type { Amounts } from '../contracts/budget';
import { AMOUNTS } from '../contracts/budget';
import { CadenzaError } from '../contracts/failures';
import type { HolderReport, Lease, LeaseRequest, WindowBudget } from '../contracts/window-budget';
import { addAmounts, minusAmounts, NO_AMOUNTS, overCap } from '../core/budget/amounts';
import type { LedgerConnection, WindowRefusal } from './window-budgets';

/** What is leased of one window. Nothing new is drawn on it from `endsAt` on, by this Worker's clock. */
type Block = {
  start: number;
  end: number;
  endsAt: number;
  granted: Amounts;
  used: Amounts;
  returned: Amounts;
  /** Calls that are out, and what they hold together. */
  held: Map<string, Amounts>;
  out: Amounts;
  /** Whether something has changed that the ledger was not told. */
  isTold: boolean;
};

type Waiting = {
  worst: Amounts;
  resolve: (refusal: WindowRefusal | undefined) => void;
  reject: (error: unknown) => void;
};

/** So many times what is drawn between two leases is wanted of the next one. */
const AHEAD = 4;

/** The blocks of one budget that one Worker holds, and its talk with the ledger: one request at a time. */
export class LeasedWindow {
  private blocks: Block[] = [];
  private waiting: Waiting[] = [];
  private isAsking = false;
  private asking = Promise.resolve();
  private wantsMore = false;
  private number = 0;
  /** A request whose answer never came: asked again as it was, since it may have been granted. */
  private unanswered: LeaseRequest | undefined;
  /** Drawn since the last lease, and what that one granted and left. */
  private drawn = NO_AMOUNTS;
  private last: Lease | undefined;
  private wasDrawnOn = false;

  constructor(
    private readonly budget: WindowBudget,
    private readonly holder: string,
    private readonly ledger: LedgerConnection,
    private readonly now: () => number,
  ) {}

  hasRoom(worst: Amounts): boolean {
    const block = this.current();
    return block !== undefined && overCap(worst, this.capped(roomOf(block))) === undefined;
  }

  /** Draws on the block, for which there must be room, and has it filled up before it runs dry. */
  take(id: string, worst: Amounts): void {
    const block = this.current();
    if (!block) throw new CadenzaError('Internal', `nothing is leased of ${this.budget.name}`);
    block.held.set(id, worst);
    block.out = addAmounts(block.out, worst);
    this.drawn = addAmounts(this.drawn, worst);
    this.wasDrawnOn = true;
    const low = AMOUNTS.some((name) => {
      const granted = this.last?.granted[name] ?? 0;
      return this.budget.caps[name] !== undefined && roomOf(block)[name] < granted / 2;
    });
    const isWorthIt = AMOUNTS.every(
      (name) => this.budget.caps[name] === undefined || (this.last?.left[name] ?? 0) >= AHEAD * worst[name],
    );
    if (!low || !isWorthIt) return;
    this.wantsMore = true;
    this.ask();
  }

  settle(id: string, actual: Amounts | undefined): void {
    const block = this.blocks.find(({ held }) => held.has(id));
    const worst = block?.held.get(id);
    if (!block || !worst) return;
    block.held.delete(id);
    block.out = minusAmounts(block.out, worst);
    block.used = addAmounts(block.used, actual ?? worst);
    block.isTold = false;
  }

  /** Asks for room for a call: undefined where another look is worth it. @throws CadenzaError `BudgetUnavailable` */
  lease(worst: Amounts): Promise<WindowRefusal | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ worst, resolve, reject });
      this.ask();
    });
  }

  /** Tells the ledger what was used, and returns what nobody has drawn on since the last time, or at the end all. */
  async tell(isEnd = false): Promise<void> {
    this.wantsMore &&= !isEnd;
    // What is granted meanwhile is to go back too.
    if (isEnd) await this.asking;
    const isIdle = !this.wasDrawnOn && !this.isAsking;
    this.wasDrawnOn = false;
    const current = this.current();
    for (const block of this.blocks) {
      if (block === current && !isIdle && !isEnd) continue;
      const room = this.positive(roomOf(block));
      if (AMOUNTS.every((name) => room[name] === 0)) continue;
      block.returned = addAmounts(block.returned, room);
      block.isTold = false;
    }
    const untold = this.blocks.filter(({ isTold }) => !isTold);
    if (untold.length === 0 && !(isEnd && this.blocks.length > 0)) return;
    const reports = untold.map((block) => this.reportOf(block));
    untold.forEach((block) => (block.isTold = true));
    try {
      await this.ledger.report(this.budget, { reports, ...(isEnd ? { leaving: this.holder } : {}) });
    } catch (error) {
      untold.forEach((block) => (block.isTold = false));
      if (isEnd) throw error;
    }
    this.blocks = this.blocks.filter((block) => block === current || block.held.size > 0 || !block.isTold);
  }

  private ask(): void {
    if (this.isAsking) return;
    this.isAsking = true;
    this.asking = this.askAll();
  }

  private async askAll(): Promise<void> {
    while (this.waiting.length > 0 || this.wantsMore) {
      const together = this.waiting;
      this.waiting = [];
      this.wantsMore = false;
      try {
        await this.askFor(together);
      } catch {
        const problem = `the ledger of the budget ${this.budget.name} does not answer, so no call leaves under it`;
        together.forEach(({ reject }) => reject(new CadenzaError('BudgetUnavailable', problem)));
      }
    }
    this.isAsking = false;
  }

  private async askFor(together: readonly Waiting[]): Promise<void> {
    const [smallest] = [...together].sort((one, other) => one.worst.costNanoUsd - other.worst.costNanoUsd);
    const all = together.map(({ worst }) => worst).reduce(addAmounts, this.drawn);
    const request: LeaseRequest = this.unanswered ?? {
      holder: this.holder,
      number: (this.number += 1),
      caps: this.budget.caps,
      needed: smallest ? this.shortfall(smallest.worst) : NO_AMOUNTS,
      wanted: { costNanoUsd: AHEAD * all.costNanoUsd, tokens: AHEAD * all.tokens, calls: AHEAD * all.calls },
      reports: this.blocks.map((block) => this.reportOf(block)),
    };
    this.unanswered = request;
    const askedAt = this.now();
    const lease = await this.ledger.lease(this.budget, request);
    this.unanswered = undefined;
    this.add(lease, askedAt);
    for (const { worst, resolve } of together) resolve(this.refusalOf(worst, lease));
  }

  /** Undefined also where it fits what the ledger has left: then it asks again, for itself. */
  private refusalOf(worst: Amounts, lease: Lease): WindowRefusal | undefined {
    const block = this.current();
    if (block?.start !== lease.start) return undefined;
    const short = overCap(this.shortfall(worst), this.capped(lease.left));
    if (short === undefined) return undefined;
    const left = this.positive(roomOf(block))[short] + lease.left[short];
    return { budget: this.budget, short, left, needed: worst[short], opensAt: lease.end };
  }

  private add(lease: Lease, askedAt: number): void {
    this.last = lease;
    this.drawn = NO_AMOUNTS;
    const known = this.blocks.find(({ start }) => start === lease.start);
    const { start, end, endsInMs, granted } = lease;
    const endsAt = askedAt + endsInMs;
    if (known) {
      Object.assign(known, { endsAt, granted: addAmounts(known.granted, granted) });
      return;
    }
    const nothing = { used: NO_AMOUNTS, returned: NO_AMOUNTS, out: NO_AMOUNTS, held: new Map<string, Amounts>() };
    this.blocks.push({ start, end, endsAt, granted, ...nothing, isTold: true });
  }

  private current(): Block | undefined {
    const block = this.blocks.at(-1);
    return block && this.now() < block.endsAt ? block : undefined;
  }

  /** What a call needs beyond the room there is. */
  private shortfall(worst: Amounts): Amounts {
    const block = this.current();
    return this.positive(minusAmounts(worst, block ? this.positive(roomOf(block)) : NO_AMOUNTS));
  }

  private capped(amounts: Amounts): Partial<Amounts> {
    const { caps } = this.budget;
    return Object.fromEntries(AMOUNTS.flatMap((name) => (caps[name] === undefined ? [] : [[name, amounts[name]]])));
  }

  /** Of the amounts that have a cap, what is there. */
  private positive(amounts: Amounts): Amounts {
    const of = (name: keyof Amounts) => (this.budget.caps[name] === undefined ? 0 : Math.max(0, amounts[name]));
    return { costNanoUsd: of('costNanoUsd'), tokens: of('tokens'), calls: of('calls') };
  }

  private reportOf({ start, used, returned }: Block): HolderReport {
    return { holder: this.holder, start, used, returned };
  }
}

function roomOf({ granted, used, returned, out }: Block): Amounts {
  return [out, used, returned].reduce(minusAmounts, granted);
}
