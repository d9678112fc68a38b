import type { BreakerState } from '../../contracts/observed-provider';

export type BreakerSettings = {
  /** Failures in a row after which the provider is not asked for a while. */
  failures: number;
  /** How long that is the first time, in seconds; it doubles with every probe that fails. */
  openSeconds: number;
};

/** Leave to send one request; exactly one call of one method ends it, and a second one changes nothing. */
export type Ticket = {
  /** The provider works, or does not. */
  settle(works: boolean): void;
  /** Says nothing about the provider: not sent, or given up by its own caller. */
  drop(): void;
};

/** Longest time without a probe. */
const LONGEST_OPEN_MS = 300_000;

/** Of so many times `failures` last answers more than this share may not be failures: for those that fail off and on. */
const RATE_WINDOW = 5;
const WORST_SHARE = 0.6;

/**
 * A circuit breaker (M. Nygard, Release It!, 2nd ed., 2018): closed while a provider answers; open after failures in a
 * row, or where most of the last answers are failures; then one request at a time probes, and an answer closes it.
 * Times are milliseconds of a clock that only goes forward.
 */
export class CircuitBreaker {
  private last: boolean[] = [];
  private inARow = 0;
  /** Times that it opened since it was closed. */
  private opened = 0;
  private openUntil = 0;
  private probe: symbol | undefined;

  constructor(
    private readonly settings: BreakerSettings,
    private readonly now: () => number,
    private readonly onChange: (state: BreakerState) => void = () => undefined,
  ) {}

  get state(): BreakerState {
    if (this.opened === 0) return 'closed';
    return this.probe || this.now() >= this.openUntil ? 'half_open' : 'open';
  }

  /** Milliseconds after which it is worth to ask again; 0 where a request may leave now. */
  waitMs(): number {
    if (this.opened === 0) return 0;
    // Until the probe is answered nobody knows more.
    return this.probe ? this.openMs() : Math.max(0, this.openUntil - this.now());
  }

  /** Only where `waitMs` is 0. */
  enter(): Ticket {
    const { opened } = this;
    const id = Symbol('ticket');
    const isProbe = opened > 0;
    if (isProbe) {
      this.probe = id;
      this.onChange('half_open');
    }
    let isOver = false;
    const over = (work: () => void) => () => {
      if (isOver) return;
      isOver = true;
      if (this.probe === id) this.probe = undefined;
      work();
    };
    return {
      // What left before the circuit opened says nothing about now.
      settle: (works) => over(() => opened === this.opened && this.note(works, isProbe))(),
      drop: over(() => undefined),
    };
  }

  private note(works: boolean, isProbe: boolean): void {
    if (isProbe) return works ? this.close() : this.open();
    const many = this.settings.failures * RATE_WINDOW;
    this.last.push(works);
    if (this.last.length > many) this.last.shift();
    this.inARow = works ? 0 : this.inARow + 1;
    const failed = this.last.filter((one) => !one).length;
    const mostFail = this.last.length === many && failed > many * WORST_SHARE;
    if (this.inARow >= this.settings.failures || mostFail) this.open();
  }

  private open(): void {
    this.opened += 1;
    this.openUntil = this.now() + this.openMs();
    this.last = [];
    this.inARow = 0;
    this.onChange('open');
  }

  private close(): void {
    this.opened = 0;
    this.last = [];
    this.inARow = 0;
    this.onChange('closed');
  }

  private openMs(): number {
    return Math.min(LONGEST_OPEN_MS, this.settings.openSeconds * 1000 * 2 ** Math.min(20, this.opened - 1));
  }
}
