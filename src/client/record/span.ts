import type { CallUsage } from '../../contracts/usage';

/**
 * What a stretch of time of a run went into: a call of a model, a handler, a run inside this one, work on stored values,
 * or a wait for the clock.
 */
export type SpanKind = 'model' | 'handler' | 'child' | 'values' | 'timer';

export type SpanOutcome = 'open' | 'completed' | 'failed' | 'cancelled' | 'timed_out';

/** One activity, child or timer as the history has it. Times are milliseconds since 1970. */
export type Span = {
  kind: SpanKind;
  /** The type of the activity or child. */
  type: string;
  /** The step, as its path in the journal, without what goes before it in a run inside another one. */
  step?: string;
  /** What the Temporal UI calls it. */
  summary?: string;
  /** The model that was asked, or that answered in its place. */
  models: string[];
  scheduledAt: number;
  /** When the last attempt began; undefined where none has. */
  startedAt?: number;
  endedAt?: number;
  attempts: number;
  outcome: SpanOutcome;
  failure?: { type: string; message: string };
  usage?: CallUsage;
  /** Of a child: its id. */
  workflowId?: string;
  runId?: string;
};
