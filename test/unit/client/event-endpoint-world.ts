import type { EventEndpoint, EventEndpointOptions } from '../../../src/client/event-endpoint';
import { Webhook } from 'standardwebhooks';
import { createEventEndpoint } from '../../../src/client/event-endpoint';
import type { DocumentReference } from '../../../src/contracts/content';
import type { CloudEvent } from '../../../src/contracts/event.schema';

export const TOKEN = 'a-token-of-more-than-24-characters';
export const SECRET = `whsec_${Buffer.from('a key of thirty-two bytes, here.').toString('base64')}`;
export const OLD_SECRET = 'the-secret-before-this-one';
export const EVENT = { specversion: '1.0', id: '1', source: '/here', type: 'document.uploaded' };
export const CE_HEADERS = {
  'ce-specversion': '1.0',
  'ce-id': '1',
  'ce-source': '/here',
  'ce-type': 'document.uploaded',
};
export const BEARER = { authorization: `Bearer ${TOKEN}` };
export const STRUCTURED = { ...BEARER, 'content-type': 'application/cloudevents+json' };
export const BATCH = { ...BEARER, 'content-type': 'application/cloudevents-batch+json' };
export const JSON_DATA = { ...BEARER, ...CE_HEADERS, 'content-type': 'application/json' };

type Stored = { text: string; mediaType: string; name: string };
export type World = {
  endpoint: EventEndpoint;
  url: string;
  accepted: CloudEvent[][];
  stored: Stored[];
  answers: { status: number; events: number }[];
};

let endpoints: EventEndpoint[] = [];
afterEach(async () => {
  await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  endpoints = [];
});

/** An endpoint of its own, closed after the test, and what it has taken. */
export async function start(options: Partial<EventEndpointOptions> = {}): Promise<World> {
  const accepted: CloudEvent[][] = [];
  const stored: Stored[] = [];
  const answers: World['answers'] = [];
  const endpoint = createEventEndpoint({
    token: TOKEN,
    accept: async (events) => void accepted.push(events),
    storeBytes: async (bytes, mediaType, name): Promise<DocumentReference> => {
      stored.push({ text: Buffer.from(bytes).toString('latin1'), mediaType, name });
      return { ref: `sha256:${'0'.repeat(64)}`, bytes: bytes.length, mediaType, name };
    },
    onAnswer: (answer) => answers.push(answer),
    ...options,
  });
  endpoints.push(endpoint);
  return { endpoint, url: await endpoint.listen(0, '127.0.0.1'), accepted, stored, answers };
}

export type Answer = {
  status: number;
  headers: Headers;
  body: { accepted?: number; error?: { type: string; message: string; field?: string } };
};

/** Sends a request; what is no text is sent as JSON. */
export async function post(
  url: string,
  headers: Record<string, string>,
  body: unknown,
  init: RequestInit = {},
): Promise<Answer> {
  const given = typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body);
  const response = await fetch(url, { method: 'POST', headers, body: given, redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

/** The headers of a body that was signed by Standard Webhooks. */
export function signed(body: string, secret = SECRET, at = new Date()): Record<string, string> {
  const webhook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
  return {
    'content-type': 'application/cloudevents+json',
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': webhook.sign('msg_1', at, body),
  };
}
