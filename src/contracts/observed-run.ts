import type { ProviderAnswer, ProviderRequest, PinnedModel } from './model';
import type { FailureType } from './failures';

/** Where Temporal's tracing interceptors, those of other languages too, carry the context of a trace: `{ traceparent }`. */
export const TRACE_HEADER = '_tracer-data';

/** The sink by which a Workflow says that its run has ended. */
export const RUN_SINK = 'cadenzaRuns';

/** What a run says of itself when it ends: names and numbers, no text. */
export type RunEnd = {
  outcome: 'completed' | 'partial' | 'failed' | 'cancelled' | 'continued';
  /** The type of the failure. */
  errorType?: string;
  /** The Workflow in whose journal the calls are, where that is another one. */
  journalOf?: string;
  /** The header that the run was started with, as Temporal has it. */
  traceHeader?: unknown;
  usage?: RunTotals;
};

/** What a run has used, over all its steps. */
export type RunTotals = {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  journalHits: number;
  cacheHits: number;
};

/** One call of a model, as an observer sees it. `request` holds text, which is for those only who were told to record it. */
export type ObservedCall = {
  model: PinnedModel;
  step: string;
  sample: number;
  /** The Workflow Type that asks. */
  workflowType: string;
  request: ProviderRequest;
};

/** Told of calls of models. It is synchronous but for the request that it wraps, and what it throws is not heard. */
export interface CallObserver {
  /** A request leaves: sends it, and returns or throws what that does. */
  request(call: ObservedCall, send: () => Promise<ProviderAnswer>): Promise<ProviderAnswer>;
  /** The answer was there already. */
  hit(call: ObservedCall, source: 'journal' | 'cache', answer: ProviderAnswer): void;
  /** It failed before anything was sent. */
  refused(call: ObservedCall, type: FailureType | 'aborted'): void;
}
