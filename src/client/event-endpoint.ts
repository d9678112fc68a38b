import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DocumentReference } from '../contracts/content';
import type { CloudEvent } from '../contracts/event.schema';
import type { Authentication, Credentials } from './events/authentication';
import { createAuthentication } from './events/authentication';
import { eventModeOf } from './events/event-mode';
import type { IncomingEvent } from './events/parse-events';
import { parseEvents } from './events/parse-events';
import { Refusal, refusalOf, tryAgainLater } from './events/refusal';
import type { BodyReader } from './events/request-body';
import { createBodyReader, discardBody } from './events/request-body';
import { closeServer, listenOn } from './http-server';

export type EventEndpointOptions = Credentials & {
  /** Resolves when the events are safe, and not before: the answer 202 waits for it. Events may come more than once. */
  accept(events: CloudEvent[]): Promise<void>;
  /** Puts data that is not JSON into the content store. */
  storeBytes(bytes: Uint8Array, mediaType: string, name: string): Promise<DocumentReference>;
  /** Told of every request that was meant to bring events. */
  onAnswer?: (answer: { status: number; events: number }) => void;
  /** How long `accept` may take before the sender is told to try again. */
  acceptTimeoutMs?: number;
  /** How long a request may take to arrive (default 30 s), and its headers a third of that; then it gets 408. */
  requestTimeoutMs?: number;
};

export type EventEndpoint = {
  /** Resolves to the address when connections are taken. @throws CadenzaError `ConfigurationInvalid` */
  listen(port: number, host: string): Promise<string>;
  /** Takes no more requests, and resolves when those in flight are answered, at most ten seconds later. */
  close(): Promise<void>;
};

type Reply = { status: number; body: unknown; headers?: Readonly<Record<string, string>>; events?: number };
type Parts = EventEndpointOptions & { authentication: Authentication; reader: BodyReader; isClosing: () => boolean };

const ACCEPT_TIMEOUT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_HEADERS = 100;
const MAX_HEADER_BYTES = 32 * 1024;

/**
 * An HTTP endpoint that takes CloudEvents 1.0 in binary, structured and batched mode on POST /, and says 202 only after
 * they were accepted. Logs nothing.
 * @throws CadenzaError `ConfigurationInvalid` where neither token nor secret is given
 */
export function createEventEndpoint(options: EventEndpointOptions): EventEndpoint {
  const { requestTimeoutMs: requestTimeout = REQUEST_TIMEOUT_MS } = options;
  const parts: Parts = {
    ...options,
    authentication: createAuthentication(options),
    reader: createBodyReader(),
    isClosing: () => !server.listening,
  };
  const limits = {
    requestTimeout,
    headersTimeout: Math.ceil(requestTimeout / 3),
    connectionsCheckingInterval: Math.ceil(requestTimeout / 15),
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server = createServer(limits, (request, response) => {
    void handle(request, response, parts);
  });
  server.maxHeadersCount = MAX_HEADERS;
  return { listen: (port, host) => listenOn(server, port, host), close: () => closeServer(server) };
}

async function handle(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  // The connection can break at any time; there is nobody left to tell.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  const path = request.url?.split('?')[0];
  const reply = await (path === '/healthz' ? health(request) : events(request, response, parts, path)).catch(replyTo);
  await discardBody(request);
  if (path === '/') parts.onAnswer?.({ status: reply.status, events: reply.events ?? 0 });
  const headers = { ...reply.headers, ...(request.complete && !parts.isClosing() ? {} : { connection: 'close' }) };
  if (response.destroyed) return;
  response.writeHead(reply.status, { 'content-type': 'application/json', ...headers });
  response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(reply.body)}\n`);
}

async function health({ method }: IncomingMessage): Promise<Reply> {
  if (method !== 'GET' && method !== 'HEAD') throw wrongMethod('GET, HEAD');
  return { status: 200, body: { status: 'ok' } };
}

async function events(
  request: IncomingMessage,
  response: ServerResponse,
  parts: Parts,
  path: string | undefined,
): Promise<Reply> {
  const { authentication, reader, accept, storeBytes, acceptTimeoutMs = ACCEPT_TIMEOUT_MS } = parts;
  if (path !== '/') throw new Refusal(404, 'NotFound', 'Nothing is here: events go to POST /.');
  if (request.method !== 'POST') throw wrongMethod('POST');
  // Node leaves out the headers that are too many, and an attribute with them.
  if (request.rawHeaders.length / 2 >= MAX_HEADERS) {
    throw new Refusal(431, 'TooManyHeaders', `The request has ${MAX_HEADERS} headers or more.`);
  }
  const hasToken = authentication.hasToken(request.headers);
  const mode = eventModeOf(request);
  const body = await reader.read(request, response);
  if (!hasToken) authentication.checkSignature(request.headers, mode, body);
  const incoming = await parseEvents(mode, request, body);
  const taken = await withDocuments(incoming, storeBytes);
  if (taken.length > 0) await inTime(accept(taken), acceptTimeoutMs);
  return { status: 202, body: { accepted: taken.length }, events: taken.length };
}

async function withDocuments(
  incoming: readonly IncomingEvent[],
  storeBytes: EventEndpointOptions['storeBytes'],
): Promise<CloudEvent[]> {
  const taken: CloudEvent[] = [];
  for (const { event, bytes } of incoming) {
    const data = bytes ? await storeBytes(bytes.bytes, bytes.mediaType, bytes.name) : event.data;
    taken.push(Object.assign(event, { data }));
  }
  return taken;
}

/** What comes after the time is up may still arrive; the sender sends it again, and the router knows it by its id. */
async function inTime(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tryAgainLater('The router took too long: send the events again.')), milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function replyTo(error: unknown): Reply {
  const { status, type, message, options } = refusalOf(error);
  const field = options.field === undefined ? {} : { field: options.field };
  return { status, body: { error: { type, message, ...field } }, headers: options.headers ?? {} };
}

function wrongMethod(allow: string): Refusal {
  return new Refusal(405, 'MethodNotAllowed', `Only ${allow} is answered here.`, { headers: { allow } });
}
