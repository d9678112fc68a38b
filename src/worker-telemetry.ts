import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { Runtime } from '@temporalio/worker';
import { CadenzaError } from './contracts/failures';
import type { TelemetrySettings } from './contracts/telemetry-settings';
import type { OpenAiProviderConfig } from './contracts/registry.schema';
import type { HealthReport } from './telemetry/health-endpoint';
import { runtimeOptions } from './telemetry/runtime-options';
import type { WorkerTelemetry } from './telemetry/start-telemetry';
import { startTelemetry } from './telemetry/start-telemetry';

/** What a Worker tells of itself, where a program says so and not the environment. */
export type TelemetryChoice = Partial<TelemetrySettings> & {
  /** Spans go to these, and not where OTEL_EXPORTER_OTLP_ENDPOINT says. */
  spanProcessors?: readonly SpanProcessor[];
  /** Counted on the meter of the SDK's Runtime that the program has installed, with the exporter that it has chosen. */
  metrics?: boolean;
};

let runtimeInstalled = false;

/**
 * Installs the SDK's Runtime, once for each process; a host program that has installed its own keeps it.
 * @throws CadenzaError `ConfigurationInvalid` where the port for metrics is taken
 */
export function installRuntime(settings: TelemetrySettings): void {
  if (runtimeInstalled) return;
  try {
    Runtime.install(runtimeOptions(settings));
  } catch (error) {
    const { name, message } = error as Error;
    // Said where the Runtime is there already: the host's choice stands.
    if (name !== 'IllegalStateError') {
      const at = `${settings.host}:${settings.metricsPort ?? ''}`;
      throw new CadenzaError('ConfigurationInvalid', `metrics can not be served at ${at} (${message.split('\n')[0]})`, {
        field: 'CADENZA_METRICS_PORT',
      });
    }
  }
  runtimeInstalled = true;
}

/** Metrics and traces of a Worker whose Runtime is installed. */
export function openTelemetry(
  { spanProcessors, metrics, ...settings }: TelemetrySettings & TelemetryChoice,
  providers: Readonly<Record<string, OpenAiProviderConfig>>,
): WorkerTelemetry {
  const { metricMeter, logger } = Runtime.instance();
  return startTelemetry({
    settings,
    meter: settings.metricsPort !== undefined || metrics === true ? metricMeter : undefined,
    spanProcessors,
    providers: Object.keys(providers),
    placeOf: (provider) => (Object.hasOwn(providers, provider) ? placeOf(providers[provider]?.baseUrl) : undefined),
    warn: (message) => logger.warn(message),
  });
}

function placeOf(baseUrl = '') {
  if (!URL.canParse(baseUrl)) return undefined;
  const { hostname, port, protocol } = new URL(baseUrl);
  return { host: hostname, port: Number(port) || (protocol === 'http:' ? 80 : 443) };
}

const PROBE_MS = 1_500;

/** Whether a Worker can take work: it polls, its server answers, and its store can be written. */
export async function readiness(
  worker: Pick<Worker, 'getState'> | undefined,
  connection: Pick<NativeConnection, 'withDeadline' | 'workflowService'>,
  store: string,
): Promise<HealthReport> {
  const state = worker?.getState() ?? 'INITIALIZED';
  const server = connection.withDeadline(Date.now() + PROBE_MS, () => connection.workflowService.getSystemInfo({}));
  const folder = mkdir(store, { recursive: true, mode: 0o700 }).then(() => access(store, constants.W_OK));
  const [temporal, written] = await Promise.all([outcome(server, 'no answer'), outcome(folder, 'can not be written')]);
  return { worker: state === 'RUNNING' ? 'ok' : state.toLowerCase(), temporal, store: written };
}

/** The SDK asks a server that is away again and again, past its deadline; a probe does not wait for that. */
async function outcome(work: Promise<unknown>, trouble: string): Promise<string> {
  const late = new AbortController();
  const well = work.then(
    () => 'ok',
    () => trouble,
  );
  const said = await Promise.race([
    well,
    sleep(PROBE_MS, trouble, { signal: late.signal, ref: false }).catch(() => trouble),
  ]);
  late.abort();
  return said;
}
