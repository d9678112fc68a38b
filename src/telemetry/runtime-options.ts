import type { RuntimeOptions } from '@temporalio/worker';
import { DefaultLogger, makeTelemetryFilterString } from '@temporalio/worker';
import type { TelemetrySettings } from '../contracts/telemetry-settings';
import { logLine } from './log-line';
import { BUCKETS_SECONDS, METRICS } from './metrics/metric-table';

/**
 * Warnings of the SDK about what is meant to be so: the Workers of the providers' queues run activities only, and who asks
 * where a run stands may stop waiting (a command that ends, a time that is over) before it is answered.
 */
const NO_NEWS = [
  'No workflows registered, not polling for workflow tasks',
  'Query not found when attempting to respond to it',
];

/**
 * The SDK's runtime for a Cadenza Worker: its log on stderr, a line an entry, and with a port for metrics the SDK's and
 * Cadenza's own there, for Prometheus. Signals are the caller's business.
 */
export function runtimeOptions({ logLevel, logFormat, host, metricsPort }: TelemetrySettings): RuntimeOptions {
  return {
    logger: new DefaultLogger(logLevel, (entry) => {
      if (!NO_NEWS.includes(entry.message)) process.stderr.write(`${logLine(entry, logFormat)}\n`);
    }),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(metricsPort === undefined ? {} : { metrics: { prometheus: exporter(`${host}:${metricsPort}`) } }),
    },
  };
}

function exporter(bindAddress: string) {
  const histograms = Object.entries(METRICS).filter(([, { kind }]) => kind === 'histogram');
  return {
    bindAddress,
    useSecondsForDurations: true,
    histogramBucketOverrides: Object.fromEntries(histograms.map(([name]) => [name, BUCKETS_SECONDS])),
  };
}
