import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { MetricMeter } from '@temporalio/common';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { Sinks } from '@temporalio/workflow';
import type { CallObserver, RunEnd } from '../contracts/observed-run';
import type { ProviderObserver } from '../contracts/observed-provider';
import { RUN_SINK } from '../contracts/observed-run';
import type { TelemetrySettings } from '../contracts/telemetry-settings';
import { activityLogs } from './activity-logs';
import { allObservers } from './all-observers';
import { activityMetrics } from './metrics/activity-metrics';
import { callMetrics } from './metrics/call-metrics';
import type { Meters } from './metrics/meters';
import { createMeters } from './metrics/meters';
import { patternLabel } from './metrics/pattern-label';
import { providerMetrics } from './metrics/provider-metrics';
import type { ProviderPlace } from './traces/gen-ai-attributes';
import type * as WorkerTracesFile from './traces/worker-traces';
import { unheard } from './unheard';

/** What a Worker is given so that it tells of itself. */
export type WorkerTelemetry = {
  observer: CallObserver | undefined;
  providers: ProviderObserver | undefined;
  activities: ActivityInterceptorsFactory[];
  sinks: InjectedSinks<RunSinks>;
  /** Sends what is left. Never throws. */
  close(): Promise<void>;
};

interface RunSinks extends Sinks {
  [RUN_SINK]: { ended(end: RunEnd): void };
}

export type TelemetryOptions = {
  settings: TelemetrySettings;
  /** Where metrics are on. */
  meter?: MetricMeter | undefined;
  /** Traces go there, and not where the environment says. */
  spanProcessors?: readonly SpanProcessor[] | undefined;
  /** The names of the registry's providers. */
  providers: readonly string[];
  placeOf(provider: string): ProviderPlace | undefined;
  warn(message: string): void;
};

/** Metrics and traces of a Worker, as far as they are on. What is off is not even loaded. */
export function startTelemetry(options: TelemetryOptions): WorkerTelemetry {
  const { settings, meter, spanProcessors, placeOf, warn } = options;
  const meters = meter && createMeters(meter);
  const observers: CallObserver[] = meters ? [callMetrics(meters)] : [];
  const providers = meters && providerMetrics(meters, options.providers);
  const activities: ActivityInterceptorsFactory[] = [activityLogs, ...(meters ? [activityMetrics(meters)] : [])];
  if (!settings.traces && !spanProcessors) {
    const close = () => Promise.resolve();
    return { observer: allObservers(observers), providers, activities, sinks: runSinks(meters), close };
  }
  // oxlint-disable-next-line typescript/no-require-imports -- the SDK of OpenTelemetry is for who sends traces
  const { openWorkerTraces } = require('./traces/worker-traces') as typeof WorkerTracesFile;
  const { recordContent } = settings;
  const traces = openWorkerTraces({ serviceName: 'cadenza-worker', spanProcessors, recordContent, warn }, placeOf);
  return {
    observer: allObservers([traces.observer, ...observers]),
    providers,
    activities: [traces.activities, ...activities],
    sinks: runSinks(meters, traces),
    close: () => traces.close(),
  };
}

/** There for every Worker: a run says that it has ended, whether anybody listens or not. */
function runSinks(meters: Meters | undefined, traces?: WorkerTracesFile.WorkerTraces): InjectedSinks<RunSinks> {
  return {
    [RUN_SINK]: {
      ended: {
        callDuringReplay: false,
        fn(run, end) {
          meters?.add('cadenza_runs_total', 1, { pattern: patternLabel(run.workflowType), outcome: end.outcome });
          unheard(() => traces?.writeRun(run, end));
        },
      },
    },
  };
}
