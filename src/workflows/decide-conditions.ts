import type { FailureInfo } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import type { PlannedStep } from '../contracts/step-activity';
import { values } from './activity-proxies';
import type { Scope } from '../core/graph/resolve-mappings';

/** Whether a step's condition holds, or why that can not be said. */
export type Verdict = { holds: boolean } | { failed: FailureInfo };

/** The conditions of several steps, in one activity and in their order; each sees only what it mentions. */
export async function decideConditions(
  steps: readonly Pick<PlannedStep, 'condition' | 'conditionNames'>[],
  scope: Scope,
  tenant: string,
): Promise<Verdict[]> {
  const names = [...new Set(steps.flatMap(({ conditionNames }) => conditionNames))];
  const root = Object.fromEntries(names.flatMap((name) => entryOf(name, scope)));
  const jobs = steps.map(({ condition = '', conditionNames }) => ({ expression: condition, names: conditionNames }));
  const outcomes = await values.evaluateExpressions(tenant, root, jobs);
  return outcomes.map((outcome) => {
    if ('problem' in outcome) return failed(outcome.problem);
    if (typeof outcome.value === 'boolean') return { holds: outcome.value };
    return failed(
      `must give true or false, and gave ${outcome.value === null ? 'nothing' : `a ${typeof outcome.value}`}`,
    );
  });
}

function entryOf(name: string, scope: Scope): [string, JsonValue][] {
  return Object.hasOwn(scope, name) ? [[name, scope[name] as JsonValue]] : [];
}

function failed(problem: string): Verdict {
  return { failed: { type: 'ExpressionFailed', message: `condition: ${problem}`, field: 'condition' } };
}
