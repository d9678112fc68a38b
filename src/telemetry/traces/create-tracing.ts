import type { Context, Span, SpanContext, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import { context, DiagLogLevel, diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { BasicTracerProvider, BatchSpanProcessor, RandomIdGenerator } from '@opentelemetry/sdk-trace-base';
import { traceIdOf } from './trace-ids';

export type PinnedIds = { traceId?: string; spanId?: string };

/** Traces of one process. */
export type Tracing = {
  readonly provider: TracerProvider;
  readonly tracer: Tracer;
  /** Whether texts of prompts and answers are recorded. */
  readonly recordContent: boolean;
  /** Starts a span whose id is known beforehand; where it has no parent, its trace's too. */
  startPinned(ids: PinnedIds, name: string, options: SpanOptions, parent: Context): Span;
  /** The span context of a run that came with no trace: its trace by its id, sampled as the sampler says. */
  ownTrace(namespace: string, workflowId: string, spanId: string): SpanContext;
  /** Sends what has ended. Never throws: nobody waits for a collector that is away. */
  close(): Promise<void>;
};

export type TracingOptions = {
  serviceName: string;
  /** In the place of the exporter that the environment describes. */
  spanProcessors?: readonly SpanProcessor[] | undefined;
  recordContent?: boolean | undefined;
  /** Told in a sentence where traces can not be sent. */
  warn: (message: string) => void;
};

const CLOSE_MS = 3_000;

/**
 * A tracer provider by the environment as the OpenTelemetry specification has it: OTEL_EXPORTER_OTLP_*, OTEL_TRACES_SAMPLER,
 * OTEL_BSP_*, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES. Where the process has no provider of its own it becomes that,
 * so that what handlers do with an instrumented library is part of the trace.
 */
export function createTracing({ serviceName, spanProcessors, recordContent, warn }: TracingOptions): Tracing {
  diag.setLogger(warnings(warn), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const ids = new PinnableIds();
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': serviceName }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [...(spanProcessors ?? [new BatchSpanProcessor(new OTLPTraceExporter())])],
    idGenerator: ids,
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  const ownsContext = context.setGlobalContextManager(contexts);
  const ownsProvider = trace.setGlobalTracerProvider(provider);
  const tracer = provider.getTracer('cadenza');
  return {
    provider,
    tracer,
    recordContent: recordContent ?? false,
    startPinned: (pinned, name, options, parent) => ids.with(pinned, () => tracer.startSpan(name, options, parent)),
    ownTrace(namespace, workflowId, spanId) {
      const traceId = traceIdOf(namespace, workflowId);
      // A span that never ends is never sent: this one asks the sampler, which decides by the trace's id.
      const probe = ids.with({ traceId, spanId }, () => tracer.startSpan('run', { root: true }, ROOT_CONTEXT));
      return { traceId, spanId, traceFlags: probe.spanContext().traceFlags, isRemote: true };
    },
    async close() {
      await within(CLOSE_MS, provider.shutdown()).catch(() => undefined);
      if (ownsProvider) trace.disable();
      if (ownsContext) context.disable();
    },
  };
}

/** Ids by chance, but for those that are given. */
class PinnableIds extends RandomIdGenerator {
  override readonly generateTraceId: () => string;
  override readonly generateSpanId: () => string;
  private pinned: PinnedIds = {};

  constructor() {
    super();
    const random = new RandomIdGenerator();
    this.generateTraceId = () => this.pinned.traceId ?? random.generateTraceId();
    this.generateSpanId = () => this.pinned.spanId ?? random.generateSpanId();
  }

  /** `work` is synchronous. */
  with<T>(pinned: PinnedIds, work: () => T): T {
    this.pinned = pinned;
    try {
      return work();
    } finally {
      this.pinned = {};
    }
  }
}

/** The first line of what the SDK complains of, at most once a minute each: its details can hold what was sent. */
function warnings(warn: (message: string) => void) {
  const told = new Map<string, number>();
  const say = (message: string) => {
    const line = `OpenTelemetry: ${firstLine(message)}`;
    if (Date.now() - (told.get(line) ?? 0) < 60_000) return;
    if (told.size > 100) told.clear();
    told.set(line, Date.now());
    warn(line);
  };
  const quiet = () => undefined;
  return { error: say, warn: say, info: quiet, debug: quiet, verbose: quiet };
}

/** The exporter hands over its errors as JSON. */
function firstLine(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string' && message !== '') return firstLine(message);
  } catch {
    // It is plain text.
  }
  return (text.split('\n')[0] ?? '').slice(0, 200);
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
