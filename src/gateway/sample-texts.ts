import { CadenzaError } from '../contracts/failures';
import { DEFAULT_MAX_OUTPUT_TOKENS } from '../contracts/limits';
import type {
  CallSettings,
  ChatMessage,
  CompletionRequest,
  ProviderAnswer,
  SampledText,
  TaskInput,
} from '../contracts/model';

/** Samples of one prompt differ only where the model may choose. */
const SAMPLE_TEMPERATURE = 0.7;

export type SampleContext = {
  samples: number;
  /** Most samples of one request. */
  perRequest: number;
  settings: CallSettings;
  /** Sends one request; `sample` is the index of the first one that it asks for. */
  ask(request: CompletionRequest, sample: number): Promise<ProviderAnswer>;
};

/**
 * Several answers to one prompt, in as few requests as the provider takes, side by side. Where there is more than one
 * request, each has the index of its first sample as seed. A sample that a provider left out is an empty text.
 * @throws what the first request that failed threw, once all have ended: none goes on unwatched
 */
export async function sampleTexts(
  { text, system }: Pick<TaskInput, 'text' | 'system'>,
  { samples, perRequest, settings, ask }: SampleContext,
): Promise<SampledText[]> {
  const messages: ChatMessage[] = [
    ...(system ? [{ role: 'system' as const, content: system }] : []),
    { role: 'user', content: text },
  ];
  const starts = Array.from({ length: Math.ceil(samples / perRequest) }, (_, index) => index * perRequest);
  const asked = starts.map(async (start) => {
    const count = Math.min(perRequest, samples - start);
    const seed = starts.length > 1 ? (settings.seed ?? 0) + start : settings.seed;
    const answer = await ask(
      {
        kind: 'chat',
        messages,
        temperature: settings.temperature ?? SAMPLE_TEMPERATURE,
        maxOutputTokens: settings.maxOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS,
        ...(seed !== undefined && { seed }),
        ...(count > 1 && { samples: count }),
      },
      start,
    );
    return textsOf(answer, count);
  });
  const settled = await Promise.allSettled(asked);
  return settled.flatMap((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

function textsOf(answer: ProviderAnswer, count: number): SampledText[] {
  if (answer.kind !== 'chat') throw new CadenzaError('Internal', 'a chat request was answered with a vector');
  const { text, finishReason, more = [] } = answer;
  const missing = Array.from({ length: Math.max(0, count - 1 - more.length) }, () => MISSING);
  return [{ text, finishReason }, ...more, ...missing];
}

const MISSING: SampledText = { text: '', finishReason: 'other' };
