import type { JsonValue } from '../../contracts/json';
import { MAX_EVENT_BYTES } from '../../contracts/limits';
import { bytesOf, isDeeperThan, MAX_NESTING } from '../json-size';

/** JSON bytes of an event that are kept in the state of a router while it waits. */
const SMALL_BYTES = 32 * 1024;

/**
 * What to do with an event that came in, whoever sent it: keep it, store its data first, or give it up as too large.
 * Those of the client library are small; anyone else can signal a workflow.
 */
export function admitEvent(event: unknown): 'small' | 'large' | 'oversized' {
  if (isDeeperThan(event as JsonValue, MAX_NESTING)) return 'oversized';
  if (bytesOf(event) <= SMALL_BYTES) return 'small';
  const { data, ...attributes } = event as { data?: unknown };
  return bytesOf(data) <= MAX_EVENT_BYTES && bytesOf(attributes) <= SMALL_BYTES ? 'large' : 'oversized';
}
