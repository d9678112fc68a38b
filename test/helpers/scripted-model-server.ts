import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultAnswer } from './scripted-answers';

/** The body of a request, as far as tests look at it. */
export type ScriptedBody = {
  model: string;
  messages?: { role: string; content: string }[];
  input?: string | string[];
  n?: number;
  temperature?: number;
  seed?: number;
  response_format?: { type: string; json_schema?: { name: string; schema: Record<string, unknown>; strict?: boolean } };
  [field: string]: unknown;
};

/** One request as it came in. Times are milliseconds since the epoch. */
export type RecordedRequest = {
  index: number;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: ScriptedBody;
  startedAt: number;
  endedAt?: number;
  /** `answered`: all of the response was written. `aborted`: the client hung up before. `cut`: the script did. */
  outcome: 'open' | 'answered' | 'aborted' | 'cut';
};

/** What the server does with a request. A string is the answer's text; what is left out is sensible. */
export type ScriptedReply =
  | string
  | {
      /** The answer's text, or several for `n`. */
      text?: string | string[];
      /** The answer's text as JSON. */
      json?: unknown;
      /** The vector of an embedding. */
      embedding?: number[];
      /** The whole response body instead: an object is sent as JSON. */
      body?: unknown;
      /** Default 200, or 500 where there is an `error`. */
      status?: number;
      headers?: Record<string, string>;
      /** Body `{ error }`. */
      error?: { message?: string; code?: string | number | null; type?: string } | string;
      finishReason?: string | null;
      refusal?: string;
      /** `null`: the response has no usage. */
      usage?: { prompt_tokens: number; completion_tokens: number } | null;
      /** Waited before anything is sent. */
      delayMs?: number;
      /** The body goes out a few bytes at a time, this far apart, after the headers. */
      dripMs?: number;
      /** Hangs up: before the headers, or in the middle of the body. */
      cut?: 'headers' | 'body';
      /** Never answers. */
      hang?: boolean;
    };

export type ScriptedModelServer = {
  /** Base URL, ending in `/v1`. */
  readonly url: string;
  readonly port: number;
  /** All requests to chat/completions and embeddings, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Counts of requests: fully written, client hung up before, cut by the script, still open, most open at once. */
  readonly answered: number;
  readonly aborted: number;
  readonly cut: number;
  readonly open: number;
  readonly maxOpen: number;
  /** Resolves once the condition holds; rejects after `timeoutMs` (30,000). */
  until(condition: (server: ScriptedModelServer) => boolean, timeoutMs?: number): Promise<void>;
  /** Replaces the script from here on; undefined for the default answers. */
  script(answer: ScriptedAnswer | undefined): void;
  /** Hangs up on everybody and stops. */
  close(): Promise<void>;
};

/** Called once for each request; undefined stands for the default answer to the task that is recognised in it. */
export type ScriptedAnswer = (
  request: RecordedRequest,
  index: number,
) => ScriptedReply | undefined | Promise<ScriptedReply | undefined>;

/**
 * An OpenAI-compatible server on loopback that says what the test wants, counts requests and sees connections close.
 * GET /v1/models lists `models`. Without a script every task of the product gets a fitting answer.
 */
export async function startScriptedModelServer({
  answer,
  models = ['scripted-model'],
  port = 0,
}: { answer?: ScriptedAnswer; models?: string[]; port?: number } = {}): Promise<ScriptedModelServer> {
  let script = answer;
  let maxOpen = 0;
  const requests: RecordedRequest[] = [];
  const counts: Record<RecordedRequest['outcome'], number> = { open: 0, answered: 0, aborted: 0, cut: 0 };

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const path = (incoming.url ?? '').replace(/^.*\/v1/, '');
    if (incoming.method === 'GET' && path === '/models') {
      return sendJson(response, 200, { object: 'list', data: models.map((id) => ({ id, object: 'model' })) });
    }
    const request = await receive(incoming, path, requests.length);
    request.index = requests.push(request) - 1;
    counts.open += 1;
    maxOpen = Math.max(maxOpen, counts.open);
    const end = (outcome: RecordedRequest['outcome']) => {
      if (request.outcome !== 'open') return;
      Object.assign(request, { outcome, endedAt: Date.now() });
      counts.open -= 1;
      counts[outcome] += 1;
    };
    response.on('finish', () => end('answered'));
    response.on('close', () => end('aborted'));
    const scripted = await script?.(request, request.index);
    await reply(response, request, scripted ?? defaultAnswer(request), () => end('cut'));
  };

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      // A broken script must not look like a model that hangs.
      if (!response.headersSent) sendJson(response, 418, { error: { message: String(error), code: 'script_threw' } });
      else response.destroy();
    });
  });
  // Connections wait in the queue, not in the client; and none is closed under a client that is about to use it.
  Object.assign(server, { keepAliveTimeout: 120_000, requestTimeout: 0, headersTimeout: 0 });
  await new Promise<void>((resolve) => server.listen({ port, host: '127.0.0.1', backlog: 4096 }, resolve));
  const bound = (server.address() as AddressInfo).port;

  const scripted: ScriptedModelServer = {
    url: `http://127.0.0.1:${bound}/v1`,
    port: bound,
    requests,
    get answered() {
      return counts.answered;
    },
    get aborted() {
      return counts.aborted;
    },
    get cut() {
      return counts.cut;
    },
    get open() {
      return counts.open;
    },
    get maxOpen() {
      return maxOpen;
    },
    async until(condition, timeoutMs = 30_000) {
      for (const deadline = Date.now() + timeoutMs; !condition(scripted); await pause(10)) {
        if (Date.now() > deadline) throw new Error(`not so after ${timeoutMs} ms: ${summary(requests)}`);
      }
    },
    script(next) {
      script = next;
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
  return scripted;
}

async function receive(incoming: IncomingMessage, path: string, index: number): Promise<RecordedRequest> {
  const startedAt = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const body = (text === '' ? {} : JSON.parse(text)) as ScriptedBody;
  return { index, method: incoming.method ?? '', path, headers: incoming.headers, body, startedAt, outcome: 'open' };
}

async function reply(response: ServerResponse, request: RecordedRequest, scripted: ScriptedReply, onCut: () => void) {
  const given = typeof scripted === 'string' ? { text: scripted } : scripted;
  if (given.hang) return;
  if (given.delayMs) await pause(given.delayMs);
  if (response.destroyed) return;
  if (given.cut === 'headers') {
    onCut();
    response.destroy();
    return;
  }
  const body = given.body ?? (given.error === undefined ? answerBody(request, given) : { error: given.error });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(given.status ?? (given.error === undefined ? 200 : 500), {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...given.headers,
  });
  if (given.cut === 'body') {
    response.write(text.slice(0, Math.max(1, text.length / 2)));
    // Let the first half reach the client.
    await pause(30);
    onCut();
    response.destroy();
  } else if (given.dripMs) await drip(response, text, given.dripMs);
  else response.end(text);
}

async function drip(response: ServerResponse, text: string, dripMs: number): Promise<void> {
  const step = Math.max(1, Math.ceil(text.length / 20));
  for (let at = 0; at < text.length && !response.destroyed; at += step) {
    response.write(text.slice(at, at + step));
    await pause(dripMs);
  }
  response.end();
}

function answerBody(request: RecordedRequest, given: Exclude<ScriptedReply, string>): object {
  const { model, messages = [] } = request.body;
  const asked = messages.reduce((sum, { content }) => sum + content.length, 0);
  if (request.path === '/embeddings') {
    const data = [{ object: 'embedding', index: 0, embedding: given.embedding ?? [] }];
    return { object: 'list', model, data, ...usageOf(given.usage, 5, 0) };
  }
  const content = given.json === undefined ? (given.text ?? '') : JSON.stringify(given.json);
  const texts = Array.isArray(content) ? content : Array<string>(request.body.n ?? 1).fill(content);
  const choices = texts.map((text, index) => ({
    index,
    message: { role: 'assistant', content: text, refusal: given.refusal ?? null },
    finish_reason: given.finishReason === undefined ? 'stop' : given.finishReason,
  }));
  const answered = texts.join('').length;
  const usage = usageOf(given.usage, Math.ceil(asked / 4), Math.ceil(answered / 4));
  return { id: `scripted-${request.index}`, object: 'chat.completion', created: 0, model, choices, ...usage };
}

function usageOf(
  given: Exclude<ScriptedReply, string>['usage'],
  prompt_tokens: number,
  completion_tokens: number,
): object {
  if (given === null) return {};
  const usage = given ?? { prompt_tokens, completion_tokens };
  return { usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens } };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function summary(requests: readonly RecordedRequest[]): string {
  return `${requests.length} requests: ${requests.map(({ outcome }) => outcome).join(' ')}`;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
