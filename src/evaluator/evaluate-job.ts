import jsonata from 'jsonata';
import type { JsonValue } from '../contracts/json';
import type { Evaluation, EvaluationJob } from './evaluator';
import { LinearRegex } from './linear-regex';

/** Limits inside one evaluation; the process around it has a harder one. */
const LIMITS = {
  timeout: 2_000,
  stack: 300,
  sequence: 1_000_000,
  RegexEngine: LinearRegex as unknown as typeof RegExp,
};

/** Longest value that an expression may yield, as JSON. */
const MAX_RESULT_CHARACTERS = 10_000_000;

/** Evaluates one expression. Problems are told in JSONata's own words, without the values it worked on. */
export async function evaluateJob({ expression, scope }: EvaluationJob): Promise<Evaluation> {
  try {
    const result: unknown = await jsonata(expression, LIMITS).evaluate(scope);
    // Sequences and functions are not JSON; what is left after this is.
    const text = JSON.stringify(result) ?? 'null';
    if (text.length > MAX_RESULT_CHARACTERS) return { problem: 'the result is too large' };
    return { value: JSON.parse(text) as JsonValue };
  } catch (error) {
    const { code, message, position } = error as { code?: string; message?: string; position?: number };
    const place = position === undefined ? '' : ` at character ${position}`;
    if (code === 'D1012') return { problem: `took longer than ${LIMITS.timeout / 1000} seconds` };
    if (code === 'D1011') return { problem: `calls itself more than ${LIMITS.stack} deep` };
    // Messages of types T and D quote the offending value, which may be text of a document.
    if (code !== undefined && !code.startsWith('S')) return { problem: `error ${code}${place}` };
    return { problem: `${message ?? 'does not evaluate'}${place}` };
  }
}
