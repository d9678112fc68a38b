import { z } from 'zod';
import type { TelemetrySettings } from '../contracts/telemetry-settings';
import { LOG_FORMATS, LOG_LEVELS, QUIET } from '../contracts/telemetry-settings';

const CONTENT_VARIABLE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((value) => value >= 1 && value <= 65_535)
  .optional();

const word = <T extends string>(allowed: readonly [T, ...T[]], change: (value: string) => string) =>
  z.string().transform(change).pipe(z.enum(allowed)).optional();

/** The variables of telemetry, for the check of the whole environment. */
export const TELEMETRY_VARIABLES = {
  CADENZA_LOG_LEVEL: word(LOG_LEVELS, (value) => value.toUpperCase()),
  CADENZA_LOG_FORMAT: word(LOG_FORMATS, (value) => value.toLowerCase()),
  CADENZA_TELEMETRY_HOST: z.union([z.ipv4(), z.ipv6()]).optional(),
  CADENZA_METRICS_PORT: port,
  CADENZA_HEALTH_PORT: port,
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.string().optional(),
  OTEL_TRACES_EXPORTER: z.string().optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  [CONTENT_VARIABLE]: z.string().optional(),
};

const PROTOCOL_ALLOWED =
  'traces are sent as http/protobuf, to port 4318 of a collector; OTEL_TRACES_EXPORTER=none sends none';

/** What may stand in them, for messages. */
export const TELEMETRY_ALLOWED: Record<string, string> = {
  CADENZA_LOG_LEVEL: `it must be ${LOG_LEVELS.join(', ')}`,
  CADENZA_LOG_FORMAT: `it must be ${LOG_FORMATS.join(' or ')}`,
  CADENZA_TELEMETRY_HOST: 'it must be the address on which to listen, such as 127.0.0.1 or 0.0.0.0',
  CADENZA_METRICS_PORT: 'it must be a port from 1 to 65535',
  CADENZA_HEALTH_PORT: 'it must be a port from 1 to 65535',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'it must be an http(s) URL, such as http://127.0.0.1:4318',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'it must be an http(s) URL, such as http://127.0.0.1:4318/v1/traces',
  OTEL_EXPORTER_OTLP_PROTOCOL: PROTOCOL_ALLOWED,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: PROTOCOL_ALLOWED,
};

type Given = Partial<{ [name in keyof typeof TELEMETRY_VARIABLES]: z.output<(typeof TELEMETRY_VARIABLES)[name]> }>;

/**
 * The settings that checked variables say. Traces are on where an endpoint is set, and not switched off by
 * OTEL_SDK_DISABLED or OTEL_TRACES_EXPORTER=none.
 */
export function telemetrySettings(given: Given): TelemetrySettings {
  const endpoint = given.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? given.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isOff = given.OTEL_SDK_DISABLED?.toLowerCase() === 'true';
  const exporters = (given.OTEL_TRACES_EXPORTER ?? 'otlp').split(',').map((name) => name.trim());
  return {
    logLevel: given.CADENZA_LOG_LEVEL ?? QUIET.logLevel,
    logFormat: given.CADENZA_LOG_FORMAT ?? QUIET.logFormat,
    host: given.CADENZA_TELEMETRY_HOST ?? QUIET.host,
    ...(given.CADENZA_METRICS_PORT && { metricsPort: given.CADENZA_METRICS_PORT }),
    ...(given.CADENZA_HEALTH_PORT && { healthPort: given.CADENZA_HEALTH_PORT }),
    traces: endpoint !== undefined && !isOff && exporters.includes('otlp'),
    recordContent: ['true', 'span_only', 'span_and_event'].includes((given[CONTENT_VARIABLE] ?? '').toLowerCase()),
  };
}

/** The variable of a protocol that is not spoken, where traces are on. */
export function refusedProtocol(given: Given): string | undefined {
  if (!telemetrySettings(given).traces) return undefined;
  const own = 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';
  const name = given[own] === undefined ? 'OTEL_EXPORTER_OTLP_PROTOCOL' : own;
  return given[name] === undefined || given[name] === 'http/protobuf' ? undefined : name;
}
