import type { CloudEvent } from '../../contracts/event.schema';
import type { FailureInfo } from '../../contracts/failures';

/** An event that comes after more others than the router allows. */
export function hopLimit({ type, hops }: CloudEvent): FailureInfo {
  return { type: 'HopLimit', message: `"${type}" comes after ${hops} events that emitted each other` };
}

/** An event that nobody subscribes to, where a router takes no others. */
export function unknownType({ type }: CloudEvent): FailureInfo {
  const message = `type: nobody subscribes to "${type}", and the router is strict`;
  return { type: 'InvalidInput', message, field: 'type' };
}
