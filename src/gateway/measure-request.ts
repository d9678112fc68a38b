import { CadenzaError } from '../contracts/failures';
import { DEFAULT_CONTEXT_TOKENS } from '../contracts/limits';
import type { PinnedModel, ProviderRequest } from '../contracts/model';
import { BYTES_PER_TOKEN } from '../core/model-room';
import type { WorstCase } from './gateway';

/** What chat templates add: to a request, and to each of its messages. */
const REQUEST_OVERHEAD_TOKENS = 16;
const MESSAGE_OVERHEAD_TOKENS = 8;

/**
 * The most a request can use. A token of a byte-level tokenizer stands for at least one byte, so bytes bound the input
 * from above; a schema counts too, as providers put it into the prompt.
 */
export function worstCaseOf(request: ProviderRequest): WorstCase {
  const { bytes, overhead } = sizeOf(request);
  const samples = request.kind === 'embedding' ? 1 : (request.samples ?? 1);
  return { inputTokens: bytes + overhead, outputTokens: outputTokensOf(request) * samples };
}

/**
 * Refuses a request that would not fit: some endpoints cut it without a word.
 * @throws CadenzaError `InputTooLarge` naming the estimated tokens and the limit
 */
export function checkFits(request: ProviderRequest, model: PinnedModel): void {
  const { bytes, overhead } = sizeOf(request);
  const input = Math.ceil(bytes / BYTES_PER_TOKEN) + overhead;
  const output = outputTokensOf(request);
  const limit = model.contextTokens ?? DEFAULT_CONTEXT_TOKENS;
  if (input + output <= limit) return;
  const room = output > 0 ? ` plus ${output} for the answer` : '';
  throw new CadenzaError(
    'InputTooLarge',
    `the request has about ${input} tokens${room}; model "${model.name}" takes ${limit} (contextTokens)`,
  );
}

function sizeOf(request: ProviderRequest): { bytes: number; overhead: number } {
  if (request.kind === 'embedding') return { bytes: bytesOf(request.text), overhead: REQUEST_OVERHEAD_TOKENS };
  const schema = request.responseSchema ? bytesOf(JSON.stringify(request.responseSchema)) : 0;
  const bytes = request.messages.reduce((sum, message) => sum + bytesOf(message.content), schema);
  return { bytes, overhead: REQUEST_OVERHEAD_TOKENS + MESSAGE_OVERHEAD_TOKENS * request.messages.length };
}

/** Of one sample: each has the context for itself. */
function outputTokensOf(request: ProviderRequest): number {
  return request.kind === 'embedding' ? 0 : request.maxOutputTokens;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
