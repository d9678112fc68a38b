import { check } from '../../contracts/check-input.schema';
import type { CloudEvent } from '../../contracts/event.schema';
import { eventSchema } from '../../contracts/event.schema';
import { CadenzaError } from '../../contracts/failures';
import type { JsonValue } from '../../contracts/json';
import { shown } from '../../contracts/nearest-name';
import { malformed } from './refusal';

/** What the CloudEvents specification keeps out of text: control characters, and halves of characters. */
const NOT_TEXT = /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u;

/**
 * An event from outside in its normal form; an event without a time happened now. `at` is where it stands in the
 * request, such as `[3]`, or nothing.
 * @throws Refusal 400 naming the field
 */
export async function checkEvent(
  attributes: Readonly<Record<string, unknown>>,
  data: JsonValue,
  at: string,
): Promise<CloudEvent> {
  const fieldOf = (name: string) => (at === '' ? name : `${at}.${name}`);
  const what = at === '' ? 'event' : `event ${at}`;
  for (const [name, value] of Object.entries(attributes)) {
    const field = fieldOf(shown(name));
    if (!/^[a-z0-9]+$/.test(name)) {
      throw malformed(`${what}: ${shown(name)}: names of attributes are lower-case letters and digits`, field);
    }
    if (typeof value === 'string' && NOT_TEXT.test(value)) {
      throw malformed(`${what}: ${name}: holds a control character or half a character`, field);
    }
    if (typeof value === 'number' && !Number.isInteger(value)) {
      throw malformed(`${what}: ${name}: a number in an attribute must be an integer`, field);
    }
  }
  const given = { ...attributes, time: attributes['time'] ?? new Date().toISOString(), data };
  // A version that is missing is no event, though our own events may leave it out.
  if (!('specversion' in attributes))
    throw malformed(`${what}: specversion: is required ("1.0")`, fieldOf('specversion'));
  const event = orRefusal(() => check(eventSchema, given, what), fieldOf);
  await checkBySpecification({ ...attributes, time: given.time }, what, fieldOf);
  return event;
}

function orRefusal(work: () => CloudEvent, fieldOf: (name: string) => string): CloudEvent {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CadenzaError)) throw error;
    throw malformed(error.message, error.field === undefined ? undefined : fieldOf(error.field));
  }
}

/**
 * What the official library checks beyond our schema, such as that a source is a URI reference. Only this check of it
 * is used: its readers make up a missing id, put the present for a time that is none, drop data that is false, 0 or
 * empty, and leave percent signs of headers as they are.
 */
async function checkBySpecification(
  attributes: Readonly<Record<string, unknown>>,
  what: string,
  fieldOf: (name: string) => string,
): Promise<void> {
  const { CloudEvent: OfficialEvent } = await import('cloudevents');
  try {
    new OfficialEvent(attributes, true);
  } catch (error) {
    const [first] = (error as { errors?: { instancePath?: string; message?: string }[] }).errors ?? [];
    const name = first?.instancePath?.split('/')[1];
    if (name === undefined) throw malformed(`${what}: is not a CloudEvent of version 1.0`);
    throw malformed(`${what}: ${name}: ${first?.message ?? 'is not what CloudEvents 1.0 allows'}`, fieldOf(name));
  }
}
