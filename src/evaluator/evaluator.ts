import type { JsonObject, JsonValue } from '../contracts/json';
import type { ParsedExpression } from './parse-expression';

/** One expression and what its names stand for. */
export type EvaluationJob = { expression: string; scope: JsonValue };

/** A value, and the JSON Schema that it should fit; without a value only the schema is checked. */
export type SchemaJob = { schema: JsonObject; value?: JsonValue };

/** A regular expression of linear time, and the text that it is looked for in. */
export type RegexJob = { regex: string; text: string };

export type Job = EvaluationJob | SchemaJob | RegexJob;

/** What came of one job: a value (null where the expression yields nothing), or why there is none. */
export type Evaluation = { value: JsonValue } | { problem: string };

/**
 * Evaluates JSONata, checks values against JSON Schemas and finds regular expressions where it can do no harm: in a
 * process of its own, with limits on time, depth and memory, and with expressions that are linear in their input.
 */
export interface Evaluator {
  /** What an expression mentions, or why it does not parse. */
  parse(expression: string): ParsedExpression;
  /**
   * Jobs in their order; one that fails does not hold up the others.
   * @throws CadenzaError `ExpressionLimit` where the process had to be ended; an abort rejects with `signal.reason`
   */
  evaluate(jobs: readonly Job[], signal: AbortSignal): Promise<Evaluation[]>;
  close(): Promise<void>;
}
