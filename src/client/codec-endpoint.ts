import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PayloadCodec } from '@temporalio/common';
import type { Environment } from '../config/environment';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import { cipherOf } from '../payloads/create-cipher';
import { createEncryptionCodec } from '../payloads/encryption-codec';
import { createOrigins } from './codec/origins';
import type { CorsHeaders, Origins } from './codec/origins';
import { parsePayloads, showPayloads } from './codec/payload-list';
import { Refusal, refusalOf } from './events/refusal';
import type { BodyReader } from './events/request-body';
import { createBodyReader, discardBody, MAX_BODY_BYTES } from './events/request-body';
import { closeServer, listenOn } from './http-server';
import { bearerOf, isSameSecret } from './same-secret';

export type CodecEndpointOptions = Pick<Environment, 'encryptionKeys'> & {
  /** What a request must carry: as `Authorization: Bearer`, or as the first part of its path. */
  token: string;
  /** The pages that may use it, as `http://host:port`. What comes from no page needs the token only. */
  origins: readonly string[];
  /** False: it is behind a proxy and answers whatever host name leads to it. */
  loopbackOnly?: boolean;
};

export type CodecEndpoint = {
  /** Resolves to the address when connections are taken. @throws CadenzaError `ConfigurationInvalid` */
  listen(port: number, host: string): Promise<string>;
  /** Takes no more requests, and resolves when those in flight are answered, at most ten seconds later. */
  close(): Promise<void>;
};

type Parts = { codec: PayloadCodec; token: string; origins: Origins; reader: BodyReader };
type Reply = { status: number; body?: object; headers?: Readonly<Record<string, string>> };

const REQUEST_TIMEOUT_MS = 15_000;

/**
 * Temporal's protocol for remote codecs over HTTP: POST to `/encode` and `/decode`, below whatever path. Logs nothing.
 * The Temporal UI can send no header of its own, so the token may also be the first part of the path.
 * @throws CadenzaError `ConfigurationInvalid` where there is no key
 */
export function createCodecEndpoint(options: CodecEndpointOptions): CodecEndpoint {
  const cipher = cipherOf(options.encryptionKeys);
  if (!cipher) {
    throw new CadenzaError(
      'ConfigurationInvalid',
      'nothing is encrypted here: set CADENZA_ENCRYPTION_KEYS to the keys of the runs (`npx cadenza keys new` makes one)',
      { field: 'CADENZA_ENCRYPTION_KEYS' },
    );
  }
  const parts: Parts = {
    codec: createEncryptionCodec(cipher),
    token: options.token,
    origins: createOrigins(options.origins, options.loopbackOnly ?? true),
    reader: createBodyReader(),
  };
  const limits = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS / 3,
    maxHeaderSize: 16 * 1024,
  };
  const server = createServer(limits, (request, response) => void handle(request, response, parts));
  return { listen: (port, host) => listenOn(server, port, host), close: () => closeServer(server) };
}

async function handle(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  let cors: CorsHeaders = {};
  let reply: Reply;
  try {
    cors = parts.origins.check(request);
    reply =
      request.method === 'OPTIONS'
        ? { status: 204, headers: parts.origins.preflight(request, cors) }
        : await convert(request, response, parts);
  } catch (error) {
    reply = replyTo(error);
  }
  await discardBody(request);
  if (response.destroyed) return;
  response.writeHead(reply.status, {
    ...(reply.body ? { 'content-type': 'application/json' } : {}),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...cors,
    ...reply.headers,
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(reply.body && JSON.stringify(reply.body));
}

async function convert(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<Reply> {
  const path =
    (request.url ?? '')
      .split('?')[0]
      ?.split('/')
      .filter((part) => part !== '') ?? [];
  checkToken(request, path, parts.token);
  const direction = path.at(-1);
  if (direction !== 'encode' && direction !== 'decode') {
    throw new Refusal(404, 'NotFound', 'Nothing is here: payloads go to POST /decode and /encode.');
  }
  if (request.method !== 'POST') {
    throw new Refusal(405, 'MethodNotAllowed', 'Only POST is answered here.', { headers: { allow: 'POST' } });
  }
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'UnsupportedMediaType', 'The body must be application/json.');
  }
  const payloads = parsePayloads(await parts.reader.read(request, response));
  return { status: 200, body: showPayloads(await parts.codec[direction](payloads)) };
}

function checkToken({ headers }: IncomingMessage, path: readonly string[], token: string): void {
  const given = [bearerOf(headers.authorization), path.length > 1 ? path[0] : undefined];
  // All are compared, so that the time does not tell which of them came close.
  const matches = given.map((text) => isSameSecret(text ?? '', token) && text !== undefined);
  if (matches.includes(true)) return;
  throw new Refusal(401, 'Unauthorized', 'The request does not carry the token that `cadenza codec` asks for.', {
    headers: { 'www-authenticate': 'Bearer realm="codec"' },
  });
}

function replyTo(error: unknown): Reply {
  const { status, type, message, options } = codecRefusal(error);
  const field = options.field === undefined ? {} : { field: options.field };
  return { status, body: { error: { type, message, ...field } }, headers: options.headers ?? {} };
}

/** What the parts of the endpoint for events say of events, said of payloads. */
function codecRefusal(error: unknown): Refusal {
  if (error instanceof Refusal && error.status === 413) {
    return new Refusal(413, 'PayloadsTooLarge', `The request has more than ${MAX_BODY_BYTES} bytes.`);
  }
  if (error instanceof Refusal) return error;
  if (isCadenzaError(error)) return new Refusal(422, error.type, error.message);
  return new Refusal(500, 'Internal', 'A defect in Cadenza: nothing was converted.', refusalOf(error).options);
}
