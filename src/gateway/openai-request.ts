import type OpenAI from 'openai';
import type { ChatMessage, CompletionRequest, ResponseSchema } from '../contracts/model';
import type { OpenAiProviderConfig } from '../contracts/registry.schema';
import { isStrictSchema } from './strict-schema';

/** How an endpoint differs from OpenAI's own. */
export type Dialect = Pick<OpenAiProviderConfig, 'maxTokensField' | 'structuredOutput'>;

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming;

/** The body of a chat request as this endpoint takes it. */
export function chatBody(model: string, request: CompletionRequest, dialect: Dialect): Body {
  const { responseSchema } = request;
  const inPrompt = responseSchema && (dialect.structuredOutput !== 'json_schema' || inWords(responseSchema));
  return {
    model,
    messages: inPrompt ? withSchema(request.messages, responseSchema) : request.messages,
    temperature: request.temperature,
    [dialect.maxTokensField]: request.maxOutputTokens,
    ...(request.seed !== undefined && { seed: request.seed }),
    ...(request.samples !== undefined && { n: request.samples }),
    ...responseFormat(request, dialect),
  };
}

function responseFormat({ responseSchema }: CompletionRequest, dialect: Dialect): Pick<Body, 'response_format'> {
  if (!responseSchema || dialect.structuredOutput === 'none' || inWords(responseSchema)) return {};
  if (dialect.structuredOutput === 'json_object') return { response_format: { type: 'json_object' } };
  const { name, schema } = responseSchema;
  return { response_format: { type: 'json_schema', json_schema: { name, schema, strict: isStrictSchema(schema) } } };
}

/** Endpoints take schemas of objects only: another one is said in words. */
function inWords({ schema, inWords: wanted }: ResponseSchema): boolean {
  return wanted === true || schema['type'] !== 'object';
}

function withSchema(messages: ChatMessage[], schema: CompletionRequest['responseSchema']): ChatMessage[] {
  const rule = `Answer with one JSON value that fits this JSON Schema, and nothing else:\n${JSON.stringify(schema?.schema)}`;
  const [first, ...rest] = messages;
  return first?.role === 'system'
    ? [{ role: 'system', content: `${first.content}\n\n${rule}` }, ...rest]
    : [{ role: 'system', content: rule }, ...messages];
}
