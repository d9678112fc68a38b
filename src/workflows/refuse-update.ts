import { ApplicationFailure } from '@temporalio/workflow';
import type { FieldRule } from '../core/check-fields';
import { fieldProblem, valueProblem } from '../core/check-fields';

/** Refuses an update in its validator, so that nothing of it enters history. @throws always */
export function refuseUpdate(field: string, message: string): never {
  throw ApplicationFailure.create({
    type: 'InvalidInput',
    message: `${field}: ${message}`,
    nonRetryable: true,
    // As in the failure of a run: the second detail names the field.
    details: [null, { field }],
  });
}

/** For the validator: that an argument has the fields of its message. @throws ApplicationFailure naming what is wrong */
export function checkFields(
  given: unknown,
  what: string,
  rules: Readonly<Record<string, FieldRule>>,
  prefix = '',
): void {
  const problem = fieldProblem(given, what, rules);
  if (problem) refuseUpdate(prefix + problem.field, problem.message);
}

/** The same for an argument that is one value. @throws ApplicationFailure */
export function checkValue(given: unknown, field: string, rule: FieldRule): void {
  const message = valueProblem(given, rule);
  if (message !== undefined) refuseUpdate(field, message);
}
