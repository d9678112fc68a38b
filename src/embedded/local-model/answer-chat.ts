import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { parseChatRequest } from './chat-request';
import type { ApiError, ChatRequest } from './chat-request';
import { LOCAL_MODEL } from './local-model-pins';
import type { EnginePlan, EngineRefusal, TextEngine } from './text-engine';
import type { TurnQueue } from './turn-queue';

type ChatCall = { body: unknown; response: ServerResponse; engine: TextEngine; queue: TurnQueue };

/**
 * Answers one chat request, in one piece or as a stream. Resolves to a refusal where nothing was sent yet; a client that
 * hangs up stops the generation, or gives up its place in the queue.
 */
export async function answerChat({ body, response, engine, queue }: ChatCall): Promise<ApiError | undefined> {
  const parsed = parseChatRequest(body);
  if ('refusal' in parsed) return parsed.refusal;
  const { request } = parsed;
  const hungUp = new AbortController();
  response.once('close', () => hungUp.abort());
  const plan = await engine.prepare(request);
  if ('refusal' in plan) return refusalFor(plan);

  const write = request.stream ? writeStream : writeWhole;
  const turn = queue.run(() => write(request, plan, response, hungUp.signal), hungUp.signal);
  if (!turn) return { status: 503, code: 'queue_full', message: 'Too many requests wait for the local model.' };
  try {
    await turn;
  } catch (error) {
    // Nobody is there to be told.
    if (!hungUp.signal.aborted) throw error;
  }
  return undefined;
}

async function writeWhole(_request: ChatRequest, plan: EnginePlan, response: ServerResponse, signal: AbortSignal) {
  const { text, outputTokens, finishReason } = await plan.generate(signal, () => undefined);
  const choice = {
    index: 0,
    message: { role: 'assistant', content: text },
    logprobs: null,
    finish_reason: finishReason,
  };
  const answer = { ...envelope('chat.completion'), choices: [choice], usage: usage(plan, outputTokens) };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

async function writeStream(request: ChatRequest, plan: EnginePlan, response: ServerResponse, signal: AbortSignal) {
  const head = envelope('chat.completion.chunk');
  const event = (fields: object) => response.write(`data: ${JSON.stringify({ ...head, ...fields })}\n\n`);
  const chunk = (delta: object, finishReason: string | null = null) =>
    event({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }] });

  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  chunk({ role: 'assistant', content: '' });
  const { outputTokens, finishReason } = await plan.generate(signal, (content) => chunk({ content }));
  chunk({}, finishReason);
  if (request.includeUsage) event({ choices: [], usage: usage(plan, outputTokens) });
  response.end('data: [DONE]\n\n');
}

function envelope(object: string) {
  return { id: `chatcmpl-${randomUUID()}`, object, created: Math.floor(Date.now() / 1000), model: LOCAL_MODEL.id };
}

function usage({ promptTokens }: EnginePlan, outputTokens: number) {
  return { prompt_tokens: promptTokens, completion_tokens: outputTokens, total_tokens: promptTokens + outputTokens };
}

function refusalFor({ refusal, message }: EngineRefusal): ApiError {
  return refusal === 'too-long'
    ? { status: 400, code: 'context_length_exceeded', param: 'messages', message }
    : { status: 400, code: 'invalid_json_schema', param: 'response_format', message };
}
