import { ApplicationFailure } from '@temporalio/workflow';

/** Refuses an update in its validator, so that nothing of it enters history. @throws always */
export function refuseUpdate(field: string, message: string): never {
  throw ApplicationFailure.create({ type: 'InvalidInput', message: `${field}: ${message}`, nonRetryable: true });
}
