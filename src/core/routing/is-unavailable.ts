import type { FailureType } from '../../contracts/failures';

/** Failures that another model may well not have: they say nothing about the request, or that it wants more room. */
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
  'InputTooLarge',
];

/** True where a model could not be asked or did not answer, so that the next one of the order is asked. */
export function isUnavailable(failure: FailureType): boolean {
  return UNAVAILABLE.includes(failure);
}
