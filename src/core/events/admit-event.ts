import type { HandledReport } from '../../contracts/event-messages';
import { MAX_EVENT_BYTES } from '../../contracts/limits';

/** JSON bytes of an event that are kept in the state of a router while it waits. */
const SMALL_BYTES = 32 * 1024;

/**
 * What to do with an event that came in, whoever sent it: keep it, store its data first, or give it up as too large.
 * Those of the client library are small; anyone else can signal a workflow.
 */
export function admitEvent(event: unknown): 'small' | 'large' | 'oversized' {
  const bytes = bytesOf(event);
  if (bytes <= SMALL_BYTES) return 'small';
  const { data, ...attributes } = event as { data?: unknown };
  return bytesOf(data) <= MAX_EVENT_BYTES && bytesOf(attributes) <= SMALL_BYTES ? 'large' : 'oversized';
}

/** JSON bytes of a value. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value) ?? '').length;
}

/** True for a report as a handler sends it: what else is signalled under its name is ignored. */
export function isHandledReport(value: unknown): value is HandledReport {
  const { handling, outcome } = (value ?? {}) as Partial<HandledReport>;
  if (typeof handling !== 'string' || typeof outcome !== 'object' || outcome === null) return false;
  if (typeof outcome.usage?.byModel !== 'object' || outcome.usage.byModel === null) return false;
  return 'error' in outcome ? typeof outcome.error?.message === 'string' : 'result' in outcome;
}
