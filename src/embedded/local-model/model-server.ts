import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { answerChat } from './answer-chat';
import type { ApiError } from './chat-request';
import { LOCAL_MODEL } from './local-model-pins';
import { readBody } from './read-body';
import type { TextEngine } from './text-engine';
import { createTurnQueue } from './turn-queue';
import type { TurnQueue } from './turn-queue';

/** As many as the gateway of one worker may have in flight, and some more. */
const MAX_WAITING = 256;

/** The OpenAI-compatible server in front of one engine: `/v1/models` and `/v1/chat/completions`. The caller listens. */
export function createModelServer(engine: TextEngine, maxWaiting = MAX_WAITING): Server {
  const queue = createTurnQueue(maxWaiting);
  return createServer((request, response) => {
    handle(request, response, engine, queue).catch((error: unknown) => {
      console.error('local model:', (error as Error).name);
      sendError(response, { status: 500, code: null, message: 'The local model failed to answer.' });
    });
  });
}

async function handle(request: IncomingMessage, response: ServerResponse, engine: TextEngine, queue: TurnQueue) {
  if (isFromBrowser(request)) {
    return sendError(response, { status: 403, code: null, message: 'This endpoint does not serve web pages.' });
  }
  switch (`${request.method} ${request.url?.split('?')[0]}`) {
    case 'GET /v1/models':
      return sendJson(response, 200, { object: 'list', data: [describeModel()] });
    case `GET /v1/models/${LOCAL_MODEL.id}`:
      return sendJson(response, 200, describeModel());
    case 'POST /v1/chat/completions': {
      const body = await readBody(request);
      if ('refusal' in body) return sendError(response, body.refusal);
      const refusal = await answerChat({ body: body.json, response, engine, queue });
      return refusal && sendError(response, refusal);
    }
    default:
      return sendError(response, {
        status: 404,
        code: null,
        message: 'Unknown path; /v1/models and /v1/chat/completions are served.',
      });
  }
}

/** A page in the user's browser can reach loopback, by its own or by a rebound name; no client of ours sends these. */
function isFromBrowser(request: IncomingMessage): boolean {
  const host = request.headers.host?.replace(/:\d+$/, '');
  return request.headers.origin !== undefined || (host !== '127.0.0.1' && host !== 'localhost');
}

function describeModel() {
  return {
    id: LOCAL_MODEL.id,
    object: 'model',
    created: 0,
    owned_by: 'local',
    context_length: LOCAL_MODEL.contextTokens,
  };
}

function sendError(response: ServerResponse, { status, code, message, param }: ApiError): void {
  const type = status >= 500 ? 'server_error' : 'invalid_request_error';
  const error = { message, type, param: param ?? null, code };
  if (response.headersSent) {
    // Mid-stream: the status line is gone, so the error is an event and the stream ends without its `[DONE]`.
    response.end(`data: ${JSON.stringify({ error })}\n\n`);
  } else {
    sendJson(response, status, { error });
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  // What is left of a body that was refused must not be read as the next request.
  const headers = { 'content-type': 'application/json', ...(response.req.complete ? {} : { connection: 'close' }) };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
