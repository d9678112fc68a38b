import type { Attributes } from '@opentelemetry/api';
import type { ProviderAnswer, ProviderRequest } from '../../contracts/model';
import type { ObservedCall } from '../../contracts/observed-run';
import { costNanoUsd } from '../../core/pricing';
import { providerNameOf } from './provider-name';

/** Where the requests of a provider go. */
export type ProviderPlace = { host: string; port: number };

/**
 * A request by the OpenTelemetry conventions for generative AI (attributes of `gen_ai.*` as of semantic conventions
 * 1.41, and the names for cached and thought tokens of the repository that they have moved to). Names and numbers, no text.
 */
export function requestAttributes(call: ObservedCall, place?: ProviderPlace): Attributes {
  const { model, request } = call;
  return {
    'gen_ai.operation.name': operationOf(request),
    'gen_ai.provider.name': providerNameOf(model.provider, place?.host),
    'gen_ai.request.model': model.model,
    ...(place && { 'server.address': place.host, 'server.port': place.port }),
    ...(request.kind === 'chat' && {
      'gen_ai.request.temperature': request.temperature,
      'gen_ai.request.max_tokens': request.maxOutputTokens,
      'gen_ai.output.type': request.responseSchema ? 'json' : 'text',
      ...(request.seed !== undefined && { 'gen_ai.request.seed': request.seed }),
      ...((request.samples ?? 1) > 1 && { 'gen_ai.request.choice.count': request.samples }),
    }),
    ...callAttributes(call),
  };
}

/** Which call it is, by Cadenza's own names. */
export function callAttributes({ model, step, sample }: ObservedCall): Attributes {
  return {
    'cadenza.model': model.name,
    'cadenza.provider': model.provider,
    'cadenza.step': step,
    'cadenza.sample': sample,
  };
}

/** What an answer used, and what that costs. */
export function answerAttributes({ model }: ObservedCall, answer: ProviderAnswer): Attributes {
  const { inputTokens, outputTokens, estimated } = answer.tokens;
  const { id, model: answeredBy, cachedTokens, reasoningTokens } = answer.response ?? {};
  return {
    'gen_ai.response.id': id,
    'gen_ai.response.model': answeredBy,
    'gen_ai.usage.cache_read.input_tokens': cachedTokens,
    'gen_ai.usage.reasoning.output_tokens': reasoningTokens,
    'gen_ai.usage.input_tokens': inputTokens,
    'gen_ai.usage.output_tokens': outputTokens,
    ...(answer.kind === 'chat' && {
      'gen_ai.response.finish_reasons': [answer, ...(answer.more ?? [])].map(({ finishReason }) => finishReason),
    }),
    ...(answer.kind === 'embedding' && { 'gen_ai.embeddings.dimension.count': answer.embedding.length }),
    ...(estimated && { 'cadenza.tokens_estimated': true }),
    'cadenza.cost_usd': costNanoUsd(model.price, inputTokens, outputTokens) / 1e9,
  };
}

/** `chat` or `embeddings`. */
export function operationOf(request: ProviderRequest): 'chat' | 'embeddings' {
  return request.kind === 'chat' ? 'chat' : 'embeddings';
}
