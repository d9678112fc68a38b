import type { FailureType } from '../../contracts/failures';

/** True where a model was there and answered, and its answer can not be used. */
export function unreadable(failure: FailureType): boolean {
  return failure === 'ModelOutputInvalid' || failure === 'ModelOutputTruncated' || failure === 'ModelRefused';
}
