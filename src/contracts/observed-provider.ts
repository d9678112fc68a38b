import type { FailureType } from './failures';

/** `closed`: requests leave. `open`: none does. `half_open`: one at a time, to see whether the provider is back. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/** What happens on the way to a provider. Names and numbers only: no prompt, no answer, no key. */
export type ProviderEvent =
  /** A request has ended. `aborted`: its caller gave it up. */
  | {
      kind: 'request';
      provider: string;
      model: string;
      outcome: 'answered' | 'aborted' | FailureType;
      durationMs: number;
      inputTokens?: number;
      outputTokens?: number;
    }
  /** A request was not sent. */
  | { kind: 'refused'; provider: string; model: string; why: 'paused' | 'open'; waitMs: number }
  /** The provider asked to slow down: no request leaves for so long, to one model or, where none is named, to any. */
  | { kind: 'paused'; provider: string; model?: string; pauseMs: number }
  | { kind: 'breaker'; provider: string; state: BreakerState };

/** Told synchronously; what it throws is not heard. */
export type ProviderObserver = (event: ProviderEvent) => void;

/** How a provider stands with this Worker now. */
export type ProviderState = {
  provider: string;
  breaker: BreakerState;
  /** Milliseconds until requests leave again; 0 where they do. */
  pausedMs: number;
  /** Requests that are out, and those that wait in this Worker for one of them to end. */
  inFlight: number;
  waiting: number;
};
