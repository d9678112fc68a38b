import { setTimeout as sleep } from 'node:timers/promises';
import { CadenzaError, isCadenzaError } from '../../contracts/failures';
import type { FailureType } from '../../contracts/failures';
import type { ProviderAnswer } from '../../contracts/model';
import type { ProviderEvent, ProviderState } from '../../contracts/observed-provider';
import type { BreakerSettings, Ticket } from './circuit-breaker';
import { CircuitBreaker } from './circuit-breaker';
import { Slots } from './slots';

export type GateOptions = {
  provider: string;
  /** Requests at once; left out, as many as there are. */
  maxConcurrent?: number | undefined;
  /** A declared rate is that of all its models together. */
  isRateLimited?: boolean;
  breaker: BreakerSettings;
  onEvent: (event: ProviderEvent) => void;
  /** Milliseconds of a clock that only goes forward: a jump of the system's clock opens and closes nothing. */
  now?: () => number;
  random?: () => number;
};

/** Leave to send one request. `release` gives back what was not used; after the request it changes nothing. */
export type Passage = {
  /** `isHurried`: the caller gives it less time than the provider is given, so that a timeout tells nothing of it. */
  send(work: () => Promise<ProviderAnswer>, isHurried: boolean): Promise<ProviderAnswer>;
  release(): void;
};

/** What a provider may stop a whole Worker for with one answer: after it, one call looks whether it still means it. */
const LONGEST_PAUSE_MS = 3_600_000;

/** A wait up to here is waited for in place, without a connection: to come back would take longer. */
const SHORT_MS = 1_000;

/** Calls that wait for the same moment come back spread over a part of their wait, so that they do not come at once. */
const SPREAD = 0.1;
const LONGEST_SPREAD_MS = 10_000;

const ALL = Symbol('all models');

/** These say nothing about the provider: nothing was sent. */
const NOT_SENT: readonly FailureType[] = ['KeyMissing', 'ConfigurationInvalid', 'Internal'];

/** With these a provider shows that it does not work. All other answers show that it does. */
const DOWN: readonly FailureType[] = [
  'ProviderUnavailable',
  'ProviderUnreachable',
  'ModelTimeout',
  'ModelAnswerUnreadable',
];

/**
 * What all calls of one Worker to one provider pass: so many at once, none while the provider has asked to wait, and one
 * at a time while it fails. Whoever may not pass is told when to come back; nobody waits here with a connection open.
 */
export class ProviderGate {
  private readonly slots: Slots;
  private readonly breaker: CircuitBreaker;
  private readonly now: () => number;
  private readonly random: () => number;
  /** By model, and under `ALL` for all of them. */
  private readonly pausedUntil = new Map<string | typeof ALL, number>();

  constructor(private readonly options: GateOptions) {
    const { provider, onEvent, maxConcurrent = Number.POSITIVE_INFINITY, now = () => performance.now() } = options;
    this.now = now;
    this.random = options.random ?? Math.random;
    this.slots = new Slots(maxConcurrent);
    this.breaker = new CircuitBreaker(options.breaker, now, (state) => onEvent({ kind: 'breaker', provider, state }));
  }

  get state(): ProviderState {
    return {
      provider: this.options.provider,
      breaker: this.breaker.state,
      pausedMs: Math.max(0, ...[...this.pausedUntil.values()].map((until) => until - this.now())),
      inFlight: this.slots.inUse,
      waiting: this.slots.waiting,
    };
  }

  /**
   * Waits for a place, and where the provider is away for less than a second.
   * @throws CadenzaError `ProviderPaused` with the milliseconds to wait; an abort rejects with `signal.reason`
   */
  async enter(model: string, signal: AbortSignal): Promise<Passage> {
    const latest = this.now() + SHORT_MS;
    for (;;) {
      await this.waitShortly(model, latest, signal);
      const leave = await this.slots.enter(signal);
      if (this.longest(model).waitMs <= 0) return this.passage(model, this.breaker.enter(), leave, signal);
      leave();
    }
  }

  private passage(model: string, ticket: Ticket, leave: () => void, signal: AbortSignal): Passage {
    const { provider, onEvent } = this.options;
    const release = () => {
      ticket.drop();
      leave();
    };
    return {
      release,
      send: async (work, isHurried) => {
        const startedAt = this.now();
        const tell = (outcome: 'answered' | 'aborted' | FailureType, answer?: ProviderAnswer) =>
          onEvent({ kind: 'request', provider, model, outcome, durationMs: this.now() - startedAt, ...answer?.tokens });
        try {
          const answer = await work();
          ticket.settle(true);
          tell('answered', answer);
          return answer;
        } catch (error) {
          if (signal.aborted || !isCadenzaError(error)) tell('aborted');
          else {
            this.note(error, model, ticket, isHurried);
            tell(error.type);
          }
          throw error;
        } finally {
          release();
        }
      },
    };
  }

  private note({ type, retryAfterMs }: CadenzaError, model: string, ticket: Ticket, isHurried: boolean): void {
    if (retryAfterMs !== undefined) this.obey(type, model, retryAfterMs);
    if (NOT_SENT.includes(type) || (isHurried && type === 'ModelTimeout')) ticket.drop();
    else ticket.settle(!DOWN.includes(type));
  }

  /**
   * Most providers count each model apart, and a fallback may be another one of theirs: a 429 is about the one that was
   * asked, but where the operator has declared a rate for the provider. A provider that is unavailable is so for all.
   */
  private obey(type: FailureType, model: string, retryAfterMs: number): void {
    if (type === 'RateLimited') this.pause(this.options.isRateLimited ? ALL : model, retryAfterMs);
    else if (type === 'ProviderUnavailable') this.pause(ALL, retryAfterMs);
  }

  private pause(what: string | typeof ALL, askedMs: number): void {
    const pauseMs = Math.min(askedMs, LONGEST_PAUSE_MS);
    if (this.now() + pauseMs <= (this.pausedUntil.get(what) ?? 0)) return;
    this.pausedUntil.set(what, this.now() + pauseMs);
    const { provider, onEvent } = this.options;
    onEvent({ kind: 'paused', provider, ...(what === ALL ? {} : { model: what }), pauseMs });
  }

  /** Resolves when requests may leave. @throws CadenzaError `ProviderPaused` where they may not until then */
  private async waitShortly(model: string, latest: number, signal: AbortSignal): Promise<void> {
    for (let { waitMs } = this.longest(model); waitMs > 0; waitMs = this.longest(model).waitMs) {
      const spreadMs = waitMs + this.random() * Math.min(waitMs * SPREAD, LONGEST_SPREAD_MS);
      if (this.now() + spreadMs > latest) throw this.refusal(model, Math.ceil(spreadMs));
      await sleep(Math.ceil(spreadMs), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  private longest(model: string): { waitMs: number; why: 'paused' | 'open' } {
    const pausedUntil = Math.max(this.pausedUntil.get(model) ?? 0, this.pausedUntil.get(ALL) ?? 0);
    const pausedMs = pausedUntil - this.now();
    const openMs = this.breaker.waitMs();
    return pausedMs >= openMs ? { waitMs: pausedMs, why: 'paused' } : { waitMs: openMs, why: 'open' };
  }

  private refusal(model: string, waitMs: number): CadenzaError {
    const { provider, onEvent } = this.options;
    const { why } = this.longest(model);
    onEvent({ kind: 'refused', provider, model, why, waitMs });
    const says = why === 'paused' ? 'asked to slow down' : 'fails again and again';
    const message = `provider "${provider}" ${says}: asked again in ${Math.ceil(waitMs / 1000)} s`;
    return new CadenzaError('ProviderPaused', message, { retryAfterMs: waitMs });
  }
}
