import type { RuntimeOptions } from '@temporalio/worker';
import { DefaultLogger, makeTelemetryFilterString } from '@temporalio/worker';

/**
 * The SDK's runtime for a Cadenza Worker: warnings and errors on stderr, one JSON object a line, without stack traces
 * of failures (their messages are safe, the rest of an error may not be). Signals are the caller's business.
 */
export function quietRuntime(): RuntimeOptions {
  const logger = new DefaultLogger('WARN', ({ level, message, meta }) => {
    const { workflowId, activityType, attempt, error } = (meta ?? {}) as Record<string, unknown>;
    const failure = error instanceof Error ? { error: error.message } : {};
    const line = { time: new Date().toISOString(), level, message, workflowId, activityType, attempt, ...failure };
    process.stderr.write(`${JSON.stringify(line)}\n`);
  });
  return {
    logger,
    shutdownSignals: [],
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
    },
  };
}
