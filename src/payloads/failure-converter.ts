import type { FailureConverter } from '@temporalio/common';
import { DefaultFailureConverter } from '@temporalio/common';
import { isCadenzaError } from '../contracts/failures';

const plain = new DefaultFailureConverter();
const encoded = new DefaultFailureConverter({ encodeCommonAttributes: true });

/**
 * Puts message and stack of a failure where the codec encrypts them; only that a key is missing is told in clear, to who
 * has to give it. Temporal's own way to name a converter is the path of a file with this export; the workflows' bundle for
 * encrypted runs has it built in.
 */
export const failureConverter: FailureConverter = {
  errorToFailure: (error, converter, context) =>
    (isAboutKeys(error) ? plain : encoded).errorToFailure(error, converter, context),
  failureToError: (failure, converter, context) => encoded.failureToError(failure, converter, context),
};

function isAboutKeys(error: unknown): boolean {
  return isCadenzaError(error) && (error.type === 'EncryptionKeyMissing' || error.type === 'DecryptionFailed');
}
