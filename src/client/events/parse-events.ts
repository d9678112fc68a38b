import type { IncomingMessage } from 'node:http';
import type { CloudEvent } from '../../contracts/event.schema';
import type { JsonValue } from '../../contracts/json';
import { MAX_EVENT_BYTES } from '../../contracts/limits';
import { shown } from '../../contracts/nearest-name';
import { checkEvent } from './check-event';
import { attributesInHeaders } from './event-headers';
import type { EventMode } from './event-mode';
import { isJson, isUtf8, parseMediaType } from './media-type';
import { parseJson } from './parse-json';
import { Refusal, malformed } from './refusal';

/** Most events of one batch. */
export const MAX_BATCH = 1_000;

/** The source of an event that came as a webhook, which names none. */
const WEBHOOK_SOURCE = 'webhook';

/** Data that is not JSON: it goes into the content store, and its reference into the event. */
export type EventBytes = { bytes: Buffer; mediaType: string; name: string };

/** An event of a request, checked; `bytes` still have to become its data. */
export type IncomingEvent = { event: CloudEvent; bytes?: EventBytes };

type Data = { json: JsonValue } | { bytes: Buffer };

/** The events of a request, in their order. @throws Refusal 400, 413, 415 */
export async function parseEvents(
  mode: EventMode,
  request: Pick<IncomingMessage, 'headers' | 'headersDistinct'>,
  body: Buffer,
): Promise<IncomingEvent[]> {
  if (mode === 'binary') {
    const attributes = attributesInHeaders(request.headersDistinct, request.headers['content-type']);
    return [await incoming(attributes, dataInBody(body, request.headers['content-type']), '')];
  }
  const json = parseJson(body, 'body');
  if (mode === 'webhook') return [await fromWebhook(json, request.headers['webhook-id'])];
  if (mode === 'structured') return [await fromJson(json, '')];
  if (!Array.isArray(json)) throw malformed('body: a batch must be a list of events', 'body');
  if (json.length > MAX_BATCH) {
    throw new Refusal(413, 'EventTooLarge', `The batch has ${json.length} events; at most ${MAX_BATCH} are taken.`);
  }
  const events: IncomingEvent[] = [];
  for (const [index, one] of json.entries()) events.push(await fromJson(one, `[${index}]`));
  return events;
}

async function fromJson(json: JsonValue, at: string): Promise<IncomingEvent> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw malformed(`${at || 'body'}: an event must be a JSON object`, at || 'body');
  }
  const { data, data_base64: encoded, ...rest } = json;
  // The JSON format: null is the same as not there.
  const attributes = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
  if (encoded === undefined || encoded === null) return incoming(attributes, { json: data ?? null }, at);
  const field = at === '' ? 'data_base64' : `${at}.data_base64`;
  if (data !== undefined && data !== null)
    throw malformed(`${field}: an event has data or data_base64, not both`, field);
  const bytes = typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : undefined;
  if (bytes?.toString('base64') !== encoded) throw malformed(`${field}: is not Base64`, field);
  const type = typeof attributes['datacontenttype'] === 'string' ? attributes['datacontenttype'] : undefined;
  const media = parseMediaType(type);
  const holdsJson = media && isJson(media) && isUtf8(media) && bytes.length > 0;
  return incoming(attributes, holdsJson ? { json: parseJson(bytes, field) } : { bytes }, at);
}

/** Of a webhook only `type` and `data` are known for sure; its id is the same whenever it is sent again. */
function fromWebhook(json: JsonValue, id: string | string[] | undefined): Promise<IncomingEvent> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw malformed('body: a webhook must be a JSON object', 'body');
  }
  const { type, timestamp, data = null } = json;
  const attributes = { specversion: '1.0', id, source: WEBHOOK_SOURCE, ...(type !== undefined && { type }) };
  return incoming(timestamp === undefined ? attributes : { ...attributes, time: timestamp }, { json: data }, '');
}

function dataInBody(body: Buffer, contentType: string | undefined): Data {
  if (body.length === 0) return { json: null };
  const type = parseMediaType(contentType);
  if (!type) {
    throw new Refusal(415, 'UnsupportedMediaType', 'The request has data, but no Content-Type that says what it is.', {
      field: 'content-type',
    });
  }
  if (!isJson(type)) return { bytes: body };
  if (!isUtf8(type)) {
    throw new Refusal(415, 'UnsupportedMediaType', 'JSON is taken in UTF-8 only.', { field: 'content-type' });
  }
  return { json: parseJson(body, 'data') };
}

async function incoming(attributes: Record<string, unknown>, data: Data, at: string): Promise<IncomingEvent> {
  const event = await checkEvent(attributes, 'json' in data ? data.json : null, at);
  const bytes = Buffer.byteLength(JSON.stringify(event));
  if (bytes > MAX_EVENT_BYTES) {
    throw new Refusal(
      413,
      'EventTooLarge',
      `event${at && ` ${at}`}: has ${bytes} bytes as JSON, at most ${MAX_EVENT_BYTES} are taken: put the document into the content store and send its reference`,
      { field: at || undefined },
    );
  }
  if (!('bytes' in data) || data.bytes.length === 0) return { event };
  const mediaType = event.datacontenttype ?? 'application/octet-stream';
  return { event, bytes: { bytes: data.bytes, mediaType, name: nameOf(event) } };
}

/** The name of the document that an event brings: the end of its subject, where it has one. */
function nameOf({ subject, id }: CloudEvent): string {
  const parts = (subject ?? id).split(/[\\/]/).filter((part) => part !== '');
  return shown(parts.at(-1) ?? 'data', 200);
}
