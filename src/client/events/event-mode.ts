import type { IncomingMessage } from 'node:http';
import { isJson, isUtf8, parseMediaType } from './media-type';
import { Refusal } from './refusal';

/**
 * The content modes of the HTTP binding: attributes in headers, one event in the body, a list of events in the body;
 * and a webhook, whose body has `type`, `timestamp` and `data` as Standard Webhooks suggests.
 */
export type EventMode = 'binary' | 'structured' | 'batch' | 'webhook';

const IN_BODY: Readonly<Record<string, EventMode>> = {
  'application/cloudevents+json': 'structured',
  'application/cloudevents-batch+json': 'batch',
};

const HOW =
  'send application/cloudevents+json, application/cloudevents-batch+json, or the attributes as ce- headers with the data in the body';

/** The content mode of a request. @throws Refusal 415 for what is none, an encoded body, or text that is not UTF-8 */
export function eventModeOf({ headers }: Pick<IncomingMessage, 'headers'>): EventMode {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') throw unsupported('A compressed body is not taken: send it as it is.');
  const type = parseMediaType(headers['content-type']);
  if (headers['content-type'] !== undefined && !type) throw unsupported('The Content-Type is not a media type.');
  const inBody = type && IN_BODY[type.essence];
  if (inBody) {
    if (!isUtf8(type)) throw unsupported('Events as JSON are taken in UTF-8 only.');
    return inBody;
  }
  if (type?.essence.startsWith('application/cloudevents')) {
    throw unsupported(`Events are taken in their JSON format only: ${HOW}.`);
  }
  if (!Object.keys(headers).some((name) => name.startsWith('ce-'))) {
    if (type && isJson(type) && isUtf8(type) && headers['webhook-id'] !== undefined) return 'webhook';
    throw unsupported(`The request holds no CloudEvent: ${HOW}.`);
  }
  // What curl says of data where nobody told it: what looks like JSON would become a document.
  if (type?.essence === 'application/x-www-form-urlencoded') {
    throw unsupported(
      'The Content-Type is that of a form: name the type of the data, such as Content-Type: application/json.',
    );
  }
  return 'binary';
}

function unsupported(message: string): Refusal {
  return new Refusal(415, 'UnsupportedMediaType', message, { field: 'content-type' });
}
