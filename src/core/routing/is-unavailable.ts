import type { FailureType } from '../../contracts/failures';

/** Failures that say nothing about the request: another model may well answer it. */
const UNAVAILABLE: readonly FailureType[] = [
  'RateLimited',
  'ProviderPaused',
  'ProviderUnavailable',
  'ProviderUnreachable',
  'ModelTimeout',
  'ModelAnswerUnreadable',
  'AuthenticationFailed',
  'KeyMissing',
  'PermissionDenied',
  'QuotaExhausted',
  'ModelNotFound',
  'ModelNotInstalled',
  'ConfigurationInvalid',
  'HandlerTimeout',
  'StepTimeout',
  'WorkerLost',
];

/** True where a model could not be asked or did not answer, so that the next one of the order is asked. */
export function isUnavailable(failure: FailureType): boolean {
  return UNAVAILABLE.includes(failure);
}
