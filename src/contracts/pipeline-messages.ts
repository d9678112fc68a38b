import type { JsonValue } from './json';
import type { PipelineResult } from './pipeline.schema';

/** What a person decides about an approval step. */
export type ApprovalDecision = { step: string; approved: boolean; by: string; reason?: string };

/** What a person decides about a budget that asks at its cap: the new caps, or to stop with what there is. */
export type BudgetDecision = {
  budget: { usd?: number; tokens?: number; calls?: number };
  approved: boolean;
  by: string;
  reason?: string;
};

/** The output of an approval step that was approved; `by` is `timeout` where nobody did. */
export type ApprovalOutput = { approved: true; by: string; reason?: string; at: string };

/** Argument of the `retry` update: a failed step that is to run again. */
export type RetryRequest = { step: string };

/**
 * The answer of the `plan` query: what the steps of a run wait for, which only the run itself knows, and what came of
 * each so far. In one answer: of two queries at once to a run that has ended, the Worker may lose one.
 */
export type RunPlan = {
  definition?: { name: string; version: string };
  parents: { [step: string]: string[] };
  /** The steps that run a handler. */
  handlers: string[];
  results: PipelineResult['results'];
};

/** One expression over a value; with `names` it sees only those fields of it. */
export type ExpressionJob = { expression: string; names?: string[] };

/** What came of one expression. */
export type ExpressionOutcome = { value: JsonValue } | { problem: string };
