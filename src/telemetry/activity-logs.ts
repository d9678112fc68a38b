import type { ActivityInterceptors } from '@temporalio/worker';
import { stepInArguments } from './step-in-arguments';

/** What an Activity logs says for which step. */
export function activityLogs(): ActivityInterceptors {
  let step: string | undefined;
  return {
    inbound: {
      execute(input, next) {
        step = stepInArguments(input.args);
        return next(input);
      },
    },
    outbound: {
      getLogAttributes: (input, next) => next(step === undefined ? input : { ...input, step }),
    },
  };
}
