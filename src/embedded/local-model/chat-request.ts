import { z } from 'zod';
import { LOCAL_MODEL } from './local-model-pins';

/** A refusal in the words of the OpenAI protocol. */
export type ApiError = { status: number; code: string | null; message: string; param?: string };

/** A chat request as the engine runs it. */
export type ChatRequest = {
  messages: { role: 'system' | 'user' | 'assistant'; text: string }[];
  temperature: number;
  topP: number;
  seed?: number;
  maxTokens?: number;
  stop: string[];
  /** A JSON Schema that the answer has to have the shape of. */
  schema?: Record<string, unknown>;
  stream: boolean;
  includeUsage: boolean;
};

const textSchema = z.union([
  z.string(),
  z
    .array(z.object({ type: z.literal('text'), text: z.string() }))
    .transform((parts) => parts.map((part) => part.text).join('')),
]);

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: textSchema,
});

const formatSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({ type: z.literal('json_schema'), json_schema: z.object({ schema: z.record(z.string(), z.unknown()) }) }),
]);

const tokens = z.int().min(1).nullish();

/** Clients send much that does not matter here; what would change the answer and can not be honoured is refused. */
const requestSchema = z.object({
  model: z.string(),
  messages: z.array(messageSchema).min(1),
  // The model card's own values where the client says nothing.
  temperature: z
    .number()
    .min(0)
    .max(2)
    .nullish()
    .transform((value) => value ?? 0.2),
  top_p: z
    .number()
    .min(0)
    .max(1)
    .nullish()
    .transform((value) => value ?? 0.9),
  seed: z.int().nullish(),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(4)]).nullish(),
  response_format: formatSchema.nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.literal(1, 'only 1 is served').nullish(),
  tools: z.array(z.unknown()).max(0, 'tools are not served').nullish(),
  logprobs: z.literal(false, 'not served').nullish(),
});

/** Checks the body of a chat request. A field that is wrong, and a model that is not there, come back as a refusal. */
export function parseChatRequest(body: unknown): { request: ChatRequest } | { refusal: ApiError } {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const param = issue?.path.join('.') || 'body';
    return { refusal: { status: 400, code: null, param, message: `${param}: ${issue?.message ?? 'invalid'}` } };
  }
  const { data } = parsed;
  if (data.model !== LOCAL_MODEL.id) {
    const message = `This endpoint has one model, ${LOCAL_MODEL.id}.`;
    return { refusal: { status: 404, code: 'model_not_found', param: 'model', message } };
  }
  const maxTokens = data.max_completion_tokens ?? data.max_tokens ?? undefined;
  const schema = formatOf(data.response_format);
  return {
    request: {
      messages: data.messages.map(({ role, content }) => ({
        role: role === 'developer' ? 'system' : role,
        text: content,
      })),
      temperature: data.temperature,
      topP: data.top_p,
      stop: typeof data.stop === 'string' ? [data.stop] : (data.stop ?? []),
      stream: data.stream ?? false,
      includeUsage: data.stream_options?.include_usage ?? false,
      ...(typeof data.seed === 'number' && { seed: data.seed }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(schema && { schema }),
    },
  };
}

function formatOf(format: z.infer<typeof formatSchema> | null | undefined): Record<string, unknown> | undefined {
  if (format?.type === 'json_schema') return format.json_schema.schema;
  return format?.type === 'json_object' ? { type: 'object', additionalProperties: true } : undefined;
}
