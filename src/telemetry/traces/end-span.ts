import type { Span } from '@opentelemetry/api';
import { SpanStatusCode } from '@opentelemetry/api';

/** Ends a span. Of an error it takes the type and no message: whoever reads traces may not be who may read failures. */
export function endSpan(span: Span, error?: unknown): void {
  if (error !== undefined) {
    const type = errorTypeOf(error);
    span.setAttribute('error.type', type);
    span.setStatus({ code: SpanStatusCode.ERROR, message: type });
  }
  span.end();
}

/** The type of a failure of Cadenza's or Temporal's, else the name of the error. */
export function errorTypeOf(error: unknown): string {
  const { type, name } = (error ?? {}) as { type?: unknown; name?: unknown };
  return String(type ?? name ?? '_OTHER').slice(0, 100);
}
