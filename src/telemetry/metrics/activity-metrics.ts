import type { Context as ActivityContext } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import type { Meters } from './meters';
import { patternLabel } from './pattern-label';

/** How long Activities waited for a Worker, and how often they were tried again. */
export function activityMetrics(meters: Meters) {
  return ({ info }: ActivityContext): ActivityInterceptors => {
    if (info.isLocal) return {};
    return {
      inbound: {
        execute(input, next) {
          const labels = { activity: info.activityType, pattern: patternLabel(info.workflowType ?? '') };
          const waited = Math.max(0, Date.now() - info.currentAttemptScheduledTimestampMs) / 1000;
          meters.add('cadenza_queue_wait_seconds', waited, labels);
          if (info.attempt > 1) meters.add('cadenza_activity_retries_total', 1, labels);
          return next(input);
        },
      },
    };
  };
}
