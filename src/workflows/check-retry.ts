import { shown, suggestion } from '../contracts/nearest-name';
import type { RetryRequest } from '../contracts/pipeline-messages';
import { RETRY_FIELDS } from '../core/message-rules';
import type { StepState } from '../core/pipeline-state';
import { checkFields, refuseUpdate } from './refuse-update';

/** For the validator. @throws ApplicationFailure for what is no request, or a step that has not failed */
export function checkRetry(request: RetryRequest, steps: readonly StepState[]): void {
  checkFields(request, 'request', RETRY_FIELDS);
  const { step } = request;
  const failed = steps.filter(({ status }) => status === 'failed').map(({ name }) => name);
  if (!failed.includes(step)) refuseUpdate('step', `step "${shown(step)}" has not failed${suggestion(step, failed)}`);
}
