// The errors alone: the rest of the package is loaded for who asks an endpoint.
import { APIError } from 'openai/core/error';
import { z } from 'zod';
import type {
  CompletionAnswer,
  CompletionRequest,
  EmbeddingAnswer,
  EmbeddingRequest,
  FinishReason,
  ResponseFacts,
  SampledText,
  TokenCounts,
} from '../contracts/model';
import { isErrorCode, unreadable } from './classify-error';

/** What providers return is read laxly: only the fields used, and none of them trusted to be there. */
const count = z.int().nonnegative();
const few = count.optional().catch(undefined);
const usageSchema = z
  .object({
    prompt_tokens: count,
    completion_tokens: few,
    prompt_tokens_details: z.object({ cached_tokens: few }).nullish().catch(undefined),
    completion_tokens_details: z.object({ reasoning_tokens: few }).nullish().catch(undefined),
  })
  .optional()
  .catch(undefined);
/** A name, and no text: it goes into traces. */
const nameSchema = z
  .string()
  .regex(/^[\w.:/@+-]{1,200}$/)
  .optional()
  .catch(undefined);
const factsSchema = { id: nameSchema, model: nameSchema, usage: usageSchema };
const textSchema = z
  .union([
    z.string(),
    z.array(z.object({ text: z.string().catch('') })).transform((parts) => parts.map(textOf).join('')),
  ])
  .catch('');
const choiceSchema = z.object({
  message: z.object({ content: textSchema, refusal: z.string().nullish().catch(undefined) }),
  finish_reason: z.string().nullish().catch(undefined),
});
const chatSchema = z.object({ choices: z.array(choiceSchema).min(1), ...factsSchema });
const embeddingSchema = z.object({
  data: z.array(z.object({ embedding: z.array(z.number()).min(1) })).min(1),
  ...factsSchema,
});

/**
 * The answer in a chat response. Tokens that the provider does not count are estimated.
 * @throws CadenzaError `ModelAnswerUnreadable` for anything that is no chat response
 */
export function readChatAnswer(body: unknown, request: CompletionRequest, provider: string): CompletionAnswer {
  const parsed = chatSchema.safeParse(asObject(body, provider));
  const [first, ...others] = (parsed.data?.choices ?? []).slice(0, request.samples ?? 1).map(sampleOf);
  if (!parsed.success || !first) throw unreadable(provider, 'it has no choices');
  const asked = request.messages.reduce((sum, message) => sum + message.content.length, 0);
  const answered = others.reduce((sum, { text }) => sum + text.length, first.text.length);
  return {
    kind: 'chat',
    ...first,
    tokens: tokensFrom(parsed.data.usage, asked, answered),
    ...(others.length > 0 && { more: others }),
    ...factsOf(parsed.data),
  };
}

type Given = { id?: string | undefined; model?: string | undefined; usage?: z.infer<typeof usageSchema> };

/** Only what is there: an answer is kept in the journal. */
function factsOf({ id, model, usage }: Given): { response?: ResponseFacts } {
  const cachedTokens = usage?.prompt_tokens_details?.cached_tokens;
  const reasoningTokens = usage?.completion_tokens_details?.reasoning_tokens;
  const response = {
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
  };
  return Object.keys(response).length > 0 ? { response } : {};
}

function sampleOf({ message: { content, refusal }, finish_reason }: z.infer<typeof choiceSchema>): SampledText {
  return { text: content, finishReason: refusal ? 'refusal' : finishReasonFrom(finish_reason) };
}

/** The vector in an embeddings response. @throws CadenzaError `ModelAnswerUnreadable` */
export function readEmbeddingAnswer(body: unknown, request: EmbeddingRequest, provider: string): EmbeddingAnswer {
  const parsed = embeddingSchema.safeParse(asObject(body, provider));
  const embedding = parsed.data?.data[0]?.embedding;
  if (!parsed.success || !embedding) throw unreadable(provider, 'it has no embedding');
  return {
    kind: 'embedding',
    embedding,
    tokens: tokensFrom(parsed.data.usage && { completion_tokens: 0, ...parsed.data.usage }, request.text.length, 0),
    ...factsOf(parsed.data),
  };
}

/** Some proxies send JSON without its content type; `openai` then hands the text on. */
function asObject(body: unknown, provider: string): unknown {
  if (body === undefined || body === null || body === '') throw unreadable(provider, 'the body is empty');
  const object = typeof body === 'string' ? parseJson(body, provider) : body;
  const error = errorIn(object);
  if (error) throw error;
  return object;
}

function parseJson(body: string, provider: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unreadable(provider, 'the body is not JSON');
  }
}

const statusSchema = z.int().min(400).max(599);
const errorSchema = z.object({ error: z.object({ code: z.union([z.string(), statusSchema]) }) });

/** Some proxies send what went wrong with a 200: an error that names itself is the one that it would have been. */
function errorIn(body: unknown): APIError | undefined {
  const { code } = errorSchema.safeParse(body).data?.error ?? {};
  const status = typeof code === 'number' ? code : code !== undefined && isErrorCode(code) ? 400 : undefined;
  return status === undefined ? undefined : APIError.generate(status, body as object, undefined, new Headers());
}

function finishReasonFrom(reason: string | null | undefined): FinishReason {
  switch (reason) {
    case 'stop':
    case 'eos':
    case null:
    case undefined:
      return 'stop';
    case 'length':
    case 'max_tokens':
      return 'length';
    case 'content_filter':
    case 'refusal':
      return 'refusal';
    default:
      return 'other';
  }
}

function tokensFrom(usage: z.infer<typeof usageSchema>, asked: number, answered: number): TokenCounts {
  return usage?.completion_tokens !== undefined
    ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens }
    : { inputTokens: Math.ceil(asked / 4), outputTokens: Math.ceil(answered / 4), estimated: true };
}

function textOf(part: { text: string }): string {
  return part.text;
}
