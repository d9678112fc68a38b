import type { FailureInfo } from '../../contracts/failures';
import type { CloudEvent } from '../../contracts/event.schema';
import type { JsonValue } from '../../contracts/json';
import { isOutcome } from './event-types';

/** What makes an emitted event one of its own: who emits it, by which number, when. */
export type Emission = { source: string; number: number; time: string };

/** `<type>.completed` after a handler has done its work; nothing after an event that is an outcome itself. */
export function completedEvent(
  original: CloudEvent,
  { result, handler }: { result: JsonValue; handler: string },
  emission: Emission,
): CloudEvent[] {
  if (isOutcome(original.type)) return [];
  return [
    emittedEvent(original, `${original.type}.completed`, { original: asJson(original), result, handler }, emission),
  ];
}

/** `<type>.failed`; `handler` is null where none was tried. */
export function failedEvent(
  original: CloudEvent,
  { error: { type, message }, handler }: { error: FailureInfo; handler: string | null },
  emission: Emission,
): CloudEvent[] {
  if (isOutcome(original.type)) return [];
  const data = { original: asJson(original), error: { type, message }, handler };
  return [emittedEvent(original, `${original.type}.failed`, data, emission)];
}

/** An event that comes of handling another one: one hop further. */
export function emittedEvent(
  { hops, subject }: CloudEvent,
  type: string,
  data: JsonValue,
  { source, number, time }: Emission,
): CloudEvent {
  const id = `${number}-${type.slice(-120)}`;
  return {
    specversion: '1.0',
    id,
    type,
    source,
    time,
    ...(subject === undefined ? {} : { subject }),
    hops: hops + 1,
    data,
  };
}

function asJson(event: CloudEvent): JsonValue {
  return event as unknown as JsonValue;
}
