import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts message and stack of a failure where the codec encrypts them. Temporal's own way to name a converter is the path
 * of a file with this export; the workflows' bundle for encrypted runs has it built in.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
