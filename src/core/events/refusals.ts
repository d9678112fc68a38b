import type { CloudEvent } from '../../contracts/event.schema';
import type { FailureInfo } from '../../contracts/failures';
import { MAX_EVENT_BYTES } from '../../contracts/limits';

/** An event that comes after more others than the router allows. */
export function hopLimit({ type, hops }: CloudEvent): FailureInfo {
  return { type: 'HopLimit', message: `"${type}" comes after ${hops} events that emitted each other` };
}

/** An event that nobody subscribes to, where a router takes no others. */
export function unknownType({ type }: CloudEvent): FailureInfo {
  const message = `type: nobody subscribes to "${type}", and the router is strict`;
  return { type: 'InvalidInput', message, field: 'type' };
}

/** An event that is given up with all that it said: it is over every limit, and came past the client library. */
export const OVERSIZED: FailureInfo = {
  type: 'InvalidInput',
  message: `event: over ${MAX_EVENT_BYTES} bytes; store the document and send its reference`,
  field: 'data',
};

/** What stands for an oversized event in the list of dead letters. `source` is the router. */
export function oversizedEvent(source: string, time: string): CloudEvent {
  return { specversion: '1.0', id: '', type: '', source, time, hops: 0, data: null };
}
