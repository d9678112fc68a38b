import { cancellationSignal } from '@temporalio/activity';
import { CadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import type { ExpressionJob, ExpressionOutcome } from '../contracts/pipeline-messages';
import type { ActivityDependencies } from './dependencies';
import { scopedContent } from './scoped-content';
import { toApplicationFailure } from './to-application-failure';

/** Expressions of a run, together in one activity; the values they need are loaded here, results made small again. */
export function createEvaluateExpressions(dependencies: ActivityDependencies) {
  return async (tenant: string, jobs: ExpressionJob[]): Promise<ExpressionOutcome[]> => {
    const content = scopedContent(dependencies.store, dependencies.namespace, tenant);
    try {
      const loaded = await Promise.all(
        jobs.map(async ({ expression, scope }) => ({ expression, scope: await content.load(scope, 'expression') })),
      );
      const outcomes = await dependencies.evaluator.evaluate(loaded, cancellationSignal());
      return await Promise.all(
        outcomes.map(async (outcome) =>
          'value' in outcome ? { value: await content.shrink(outcome.value) } : outcome,
        ),
      );
    } catch (error) {
      cancellationSignal().throwIfAborted();
      throw toApplicationFailure(error);
    }
  };
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
