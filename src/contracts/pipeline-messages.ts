import type { JsonValue } from './json';

/** What a person decides about an approval step. */
export type ApprovalDecision = { step: string; approved: boolean; by: string; reason?: string };

/** The output of an approval step that was approved; `by` is `timeout` where nobody did. */
export type ApprovalOutput = { approved: true; by: string; reason?: string; at: string };

/** Argument of the `retry` update: a failed step that is to run again. */
export type RetryRequest = { step: string };

/** One expression over a value; with `names` it sees only those fields of it. */
export type ExpressionJob = { expression: string; names?: string[] };

/** What came of one expression. */
export type ExpressionOutcome = { value: JsonValue } | { problem: string };
