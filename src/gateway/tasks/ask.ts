import { CadenzaError } from '../../contracts/failures';
import { DEFAULT_MAX_OUTPUT_TOKENS } from '../../contracts/limits';
import type {
  CallSettings,
  ChatMessage,
  CompletionRequest,
  ProviderAnswer,
  ProviderRequest,
  ResponseSchema,
} from '../../contracts/model';
import { visibleText } from '../../core/prompts/visible-text';
import { structuredAnswer } from './structured-answer';
import type { Reading } from './structured-answer';

/** What a task is given: a way to ask its model one thing (measured and guarded), and the settings of the call. */
export type TaskContext = {
  model: string;
  settings: CallSettings;
  ask(request: ProviderRequest): Promise<ProviderAnswer>;
};

/**
 * Asks for a text.
 * @throws CadenzaError `ModelOutputTruncated`, `ModelRefused`, or `ModelOutputInvalid` where the text is empty
 */
export async function askText(
  { model, settings, ask }: TaskContext,
  messages: ChatMessage[],
  temperature: number,
  responseSchema?: ResponseSchema,
): Promise<string> {
  const request = requestFor(messages, temperature, settings);
  const text = readText(await ask({ ...request, ...(responseSchema && { responseSchema }) }), model);
  if (text === '') throw new CadenzaError('ModelOutputInvalid', `model "${model}" gave an empty answer`);
  return text;
}

/**
 * Asks for a JSON value and reads it; where that fails, asks once more with the problem in the prompt.
 * @throws CadenzaError `ModelOutputInvalid` after the second answer, `ModelOutputTruncated`, `ModelRefused`
 */
export async function askStructured<R>({
  context: { model, settings, ask },
  messages,
  responseSchema,
  read,
}: {
  context: TaskContext;
  messages: ChatMessage[];
  responseSchema: NonNullable<CompletionRequest['responseSchema']>;
  read: (value: unknown) => Reading<R>;
}): Promise<R> {
  const request = { ...requestFor(messages, 0, settings), responseSchema };
  const text = readText(await ask(request), model);
  const first = structuredAnswer(text, read);
  if (first.ok) return first.value;
  const repair = { ...request, messages: [...messages, ...repairMessages(text, first.problem)] };
  const second = structuredAnswer(readText(await ask(repair), model), read);
  if (second.ok) return second.value;
  throw new CadenzaError(
    'ModelOutputInvalid',
    `model "${model}" gave no valid ${responseSchema.name}, twice: ${second.problem}`,
  );
}

function requestFor(messages: ChatMessage[], temperature: number, settings: CallSettings): CompletionRequest {
  return {
    kind: 'chat',
    messages,
    temperature: settings.temperature ?? temperature,
    maxOutputTokens: settings.maxOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS,
    ...(settings.seed !== undefined && { seed: settings.seed }),
  };
}

/** The text of an answer that may be passed on. */
function readText(answer: ProviderAnswer, model: string): string {
  if (answer.kind !== 'chat') throw new CadenzaError('Internal', `model "${model}" gave a vector for a chat request`);
  if (answer.finishReason === 'refusal') throw new CadenzaError('ModelRefused', `model "${model}" declined to answer`);
  if (answer.finishReason === 'length') {
    throw new CadenzaError(
      'ModelOutputTruncated',
      `the answer of model "${model}" was cut at its limit (maxOutputTokens)`,
    );
  }
  return visibleText(answer.text);
}

/** Enough of a wrong answer for the model to mend it; a long one would push the text out of the context. */
const SHOWN_CHARACTERS = 2_000;

/** What is said to a model whose answer can not be used: the answer, and why. */
export function repairMessages(text: string, problem: string): ChatMessage[] {
  return [
    // Some endpoints refuse an empty message.
    { role: 'assistant', content: text.slice(0, SHOWN_CHARACTERS) || '(nothing)' },
    { role: 'user', content: `That answer can not be used: ${problem}. Answer again, with the JSON only.` },
  ];
}
