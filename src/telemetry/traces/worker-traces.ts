import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { CallObserver, RunEnd } from '../../contracts/observed-run';
import { activitySpans } from './activity-spans';
import { callSpans } from './call-spans';
import type { TracingOptions } from './create-tracing';
import { createTracing } from './create-tracing';
import type { ProviderPlace } from './gen-ai-attributes';
import type { EndedRun } from './run-spans';
import { writeRunSpan } from './run-spans';

/** The spans of a Worker: of its runs, its Activities and their calls of models. */
export type WorkerTraces = {
  observer: CallObserver;
  activities: ActivityInterceptorsFactory;
  writeRun(run: EndedRun, end: RunEnd): void;
  close(): Promise<void>;
};

/** Loaded where traces are on: it brings the SDK of OpenTelemetry. */
export function openWorkerTraces(
  options: TracingOptions,
  placeOf: (provider: string) => ProviderPlace | undefined,
): WorkerTraces {
  const tracing = createTracing(options);
  return {
    observer: callSpans(tracing, placeOf),
    activities: activitySpans(tracing),
    writeRun: (run, end) => writeRunSpan(tracing, run, end),
    close: () => tracing.close(),
  };
}
