import { cancellationSignal } from '@temporalio/activity';
import { CadenzaError } from '../contracts/failures';
import type { JsonObject, JsonValue } from '../contracts/json';
import type { ExpressionJob, ExpressionOutcome } from '../contracts/pipeline-messages';
import type { ActivityDependencies } from './dependencies';
import { scopedContent } from './scoped-content';

/** Expressions of a run over one value, together in one activity; it is loaded here, results are made small again. */
export function createEvaluateExpressions({ store, namespace, evaluator }: ActivityDependencies) {
  return async (tenant: string, root: JsonValue, jobs: ExpressionJob[]): Promise<ExpressionOutcome[]> => {
    const content = scopedContent(store, namespace, tenant);
    const loaded = await content.load(root, 'expression');
    const signal = cancellationSignal();
    const outcomes = await evaluator.evaluate(
      jobs.map(({ expression, names }) => ({ expression, scope: names ? pickFields(loaded, names) : loaded })),
      signal,
    );
    return Promise.all(
      outcomes.map(async (outcome) => ('value' in outcome ? { value: await content.shrink(outcome.value) } : outcome)),
    );
  };
}

function pickFields(value: JsonValue, names: readonly string[]): JsonValue {
  const fields = Object.entries(value as JsonObject).filter(([name]) => names.includes(name));
  return Object.fromEntries(fields);
}

/**
 * One expression over one value, which is its root.
 * @throws CadenzaError `ExpressionFailed` naming what the expression is for, `ExpressionLimit`
 */
export async function evaluateOne(
  expression: string,
  scope: JsonValue,
  { evaluator }: ActivityDependencies,
  what: string,
): Promise<JsonValue> {
  const [outcome] = await evaluator.evaluate([{ expression, scope }], cancellationSignal());
  if (outcome && 'value' in outcome) return outcome.value;
  throw new CadenzaError('ExpressionFailed', `${what}: ${outcome?.problem ?? 'gave no value'}`, { field: what });
}
