import type { TracerProvider } from '@opentelemetry/api';
import { Client } from '@temporalio/client';
import type { TelemetrySettings } from '../contracts/telemetry-settings';
import type * as ClientSpansFile from './traces/client-spans';
import type * as CreateTracingFile from './traces/create-tracing';

/** Runs that are started are spans, where traces are on. */
export type ClientTelemetry = {
  /** The same client, with the interceptor; the client itself where traces are off. */
  traced(client: Client): Client;
  /** Sends what is left. Never throws. */
  close(): Promise<void>;
};

/**
 * Traces of a client: by the provider that is given, else by the one that the program has registered with the API of
 * OpenTelemetry, else by the environment. What is off is not loaded.
 */
export function openClientTelemetry(settings: TelemetrySettings, given?: TracerProvider): ClientTelemetry {
  const registered = (globalThis as Record<symbol, { trace?: TracerProvider } | undefined>)[API]?.trace;
  const provider = given ?? registered;
  if (!provider && !settings.traces) return { traced: (client) => client, close: () => Promise.resolve() };
  /* oxlint-disable typescript/no-require-imports -- OpenTelemetry is for who sends traces */
  const { clientSpans } = require('./traces/client-spans') as typeof ClientSpansFile;
  if (provider) return { traced: withInterceptor(clientSpans(provider)), close: () => Promise.resolve() };
  const { createTracing } = require('./traces/create-tracing') as typeof CreateTracingFile;
  /* oxlint-enable typescript/no-require-imports */
  const tracing = createTracing({
    serviceName: 'cadenza-client',
    // A client has no log: what it started runs all the same.
    warn: () => undefined,
  });
  return { traced: withInterceptor(clientSpans(tracing.provider)), close: () => tracing.close() };
}

/** Where the API of OpenTelemetry keeps what a program has registered, whichever copy of it that was. */
const API = Symbol.for('opentelemetry.js.api.1');

function withInterceptor(interceptor: ReturnType<typeof ClientSpansFile.clientSpans>) {
  return (client: Client): Client => {
    const { namespace, identity, interceptors, loadedDataConverter } = client.options;
    const workflow = Array.isArray(interceptors.workflow) ? interceptors.workflow : [];
    return new Client({
      connection: client.connection,
      namespace,
      identity,
      interceptors: { ...interceptors, workflow: [...workflow, interceptor] },
      dataConverter: loadedDataConverter,
    });
  };
}
