import type { SpanContext } from '@opentelemetry/api';
import type { Payload } from '@temporalio/common';
import { defaultPayloadConverter } from '@temporalio/common';

/** A span as a Temporal header carries it: the W3C `traceparent`, as Temporal's own interceptors write it. */
export function toTraceHeader({ traceId, spanId, traceFlags }: SpanContext): Payload {
  const flags = (traceFlags & 1).toString(16).padStart(2, '0');
  return defaultPayloadConverter.toPayload({ traceparent: `00-${traceId}-${spanId}-${flags}` });
}

/** The span that a header names; undefined for one that can not be read: anybody can start a run. */
export function fromTraceHeader(header: unknown): SpanContext | undefined {
  const text = traceparentIn(header);
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

function traceparentIn(header: unknown): string | undefined {
  if (header === undefined || header === null) return undefined;
  try {
    const carrier = defaultPayloadConverter.fromPayload<{ traceparent?: unknown } | null>(header as Payload);
    return typeof carrier?.traceparent === 'string' ? carrier.traceparent : undefined;
  } catch {
    return undefined;
  }
}
