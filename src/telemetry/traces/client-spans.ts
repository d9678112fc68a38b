import type { TracerProvider } from '@opentelemetry/api';
import { context, isSpanContextValid, SpanKind, trace } from '@opentelemetry/api';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { TRACE_HEADER } from '../../contracts/observed-run';
import { endSpan } from './end-span';
import { toTraceHeader } from './trace-header';

/**
 * A span for each run that is started, below what is active in the program that starts it; the run carries it on. A run
 * that another interceptor has given a trace keeps that.
 */
export function clientSpans(provider: TracerProvider): WorkflowClientInterceptor {
  const tracer = provider.getTracer('cadenza');
  return {
    async startWithDetails(input, next) {
      if (input.headers[TRACE_HEADER]) return next(input);
      const span = tracer.startSpan(`start ${input.workflowType}`, {
        kind: SpanKind.PRODUCER,
        attributes: { 'temporal.workflow.id': input.options.workflowId, 'cadenza.pattern': input.workflowType },
      });
      const started = span.spanContext();
      const headers = isSpanContextValid(started)
        ? { ...input.headers, [TRACE_HEADER]: toTraceHeader(started) }
        : input.headers;
      try {
        const result = await context.with(trace.setSpan(context.active(), span), () => next({ ...input, headers }));
        endSpan(span);
        return result;
      } catch (error) {
        endSpan(span, error);
        throw error;
      }
    },
  };
}
