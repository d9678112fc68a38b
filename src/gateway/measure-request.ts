import { CadenzaError } from '../contracts/failures';
import { DEFAULT_CONTEXT_TOKENS } from '../contracts/limits';
import type { PinnedModel, ProviderRequest } from '../contracts/model';
import { BYTES_PER_TOKEN } from '../core/model-room';
import type { WorstCase } from './gateway';
import type { Encoding } from './tokens/encoding-of';
import { mostTokens } from './tokens/most-tokens';

/** What chat templates add: to a request, and to each of its messages. */
const REQUEST_OVERHEAD_TOKENS = 16;
const MESSAGE_OVERHEAD_TOKENS = 8;

/**
 * The most a request can use: its texts, which an encoding bounds closer than their bytes do, and what it may be answered.
 * A schema counts by its bytes, as providers put it into the prompt in a form of their own.
 */
export function worstCaseOf(request: ProviderRequest, encoding?: Encoding): WorstCase {
  const { texts, schemaBytes, overhead } = partsOf(request);
  const samples = request.kind === 'embedding' ? 1 : (request.samples ?? 1);
  const inputTokens = mostTokens(texts, encoding) + schemaBytes + overhead;
  return { inputTokens, outputTokens: outputTokensOf(request) * samples };
}

/**
 * Refuses a request that would not fit: some endpoints cut it without a word.
 * @throws CadenzaError `InputTooLarge` naming the estimated tokens and the limit
 */
export function checkFits(request: ProviderRequest, model: PinnedModel): void {
  const { texts, schemaBytes, overhead } = partsOf(request);
  const input = Math.ceil((mostTokens(texts, undefined) + schemaBytes) / BYTES_PER_TOKEN) + overhead;
  const output = outputTokensOf(request);
  const limit = model.contextTokens ?? DEFAULT_CONTEXT_TOKENS;
  if (input + output <= limit) return;
  const room = output > 0 ? ` plus ${output} for the answer` : '';
  throw new CadenzaError(
    'InputTooLarge',
    `the request has about ${input} tokens${room}; model "${model.name}" takes ${limit} (contextTokens)`,
  );
}

function partsOf(request: ProviderRequest): { texts: string[]; schemaBytes: number; overhead: number } {
  if (request.kind === 'embedding') return { texts: [request.text], schemaBytes: 0, overhead: REQUEST_OVERHEAD_TOKENS };
  const { messages, responseSchema } = request;
  return {
    texts: messages.map(({ content }) => content),
    schemaBytes: responseSchema ? Buffer.byteLength(JSON.stringify(responseSchema), 'utf8') : 0,
    overhead: REQUEST_OVERHEAD_TOKENS + MESSAGE_OVERHEAD_TOKENS * messages.length,
  };
}

/** Of one sample: each has the context for itself. */
function outputTokensOf(request: ProviderRequest): number {
  return request.kind === 'embedding' ? 0 : request.maxOutputTokens;
}
