import type OpenAI from 'openai';
import type { ChatMessage, CompletionRequest } from '../contracts/model';
import type { OpenAiProviderConfig } from '../contracts/registry.schema';

/** How an endpoint differs from OpenAI's own. */
export type Dialect = Pick<OpenAiProviderConfig, 'maxTokensField' | 'structuredOutput'>;

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming;

/** The body of a chat request as this endpoint takes it. */
export function chatBody(model: string, request: CompletionRequest, dialect: Dialect): Body {
  const inPrompt = request.responseSchema !== undefined && dialect.structuredOutput !== 'json_schema';
  return {
    model,
    messages: inPrompt ? withSchema(request.messages, request.responseSchema) : request.messages,
    temperature: request.temperature,
    [dialect.maxTokensField]: request.maxOutputTokens,
    ...(request.seed !== undefined && { seed: request.seed }),
    ...(request.samples !== undefined && { n: request.samples }),
    ...responseFormat(request, dialect),
  };
}

function responseFormat({ responseSchema }: CompletionRequest, dialect: Dialect): Pick<Body, 'response_format'> {
  if (!responseSchema || dialect.structuredOutput === 'none') return {};
  if (dialect.structuredOutput === 'json_object') return { response_format: { type: 'json_object' } };
  return { response_format: { type: 'json_schema', json_schema: { ...responseSchema, strict: true } } };
}

function withSchema(messages: ChatMessage[], schema: CompletionRequest['responseSchema']): ChatMessage[] {
  const rule = `Answer with one JSON value that fits this JSON Schema, and nothing else:\n${JSON.stringify(schema?.schema)}`;
  const [first, ...rest] = messages;
  return first?.role === 'system'
    ? [{ role: 'system', content: `${first.content}\n\n${rule}` }, ...rest]
    : [{ role: 'system', content: rule }, ...messages];
}
