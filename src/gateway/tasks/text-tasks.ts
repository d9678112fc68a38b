import type { ChatMessage, TaskInput, TextResult } from '../../contracts/model';
import type { TaskContext } from './ask';
import { askText, repairMessages } from './ask';
import { dataBlock, dataRule } from './data-block';

const TEXT_TEMPERATURE = 0.3;
const DEFAULT_SUMMARY_WORDS = 150;

/** A summary of at most `maxWords` words (150), in the language of the text. */
export function summarization(input: TaskInput, context: TaskContext): Promise<TextResult> {
  const kind = input.documentType === undefined ? '' : ` Its type: ${JSON.stringify(input.documentType)}.`;
  const instruction =
    `You summarize texts in at most ${input.maxWords ?? DEFAULT_SUMMARY_WORDS} words, in the language of the text.${kind} ` +
    'Keep names, dates and amounts exactly as they are; add nothing. Answer with the summary only.';
  return overData(instruction, input.text, context);
}

/** The text in another language; English where none is named. */
export function translation(input: TaskInput, context: TaskContext): Promise<TextResult> {
  const language = JSON.stringify(input.targetLanguage ?? 'English');
  return overData(
    `You translate texts into the language ${language}. Keep line breaks, names and numbers. Answer with the translation only.`,
    input.text,
    context,
  );
}

/** What the model says to a prompt: here the text is the instruction, sent as it is. */
export async function generation(
  { text, system, responseSchema, rejected }: TaskInput,
  context: TaskContext,
): Promise<TextResult> {
  const messages: ChatMessage[] = [
    ...(system ? [{ role: 'system' as const, content: system }] : []),
    { role: 'user', content: text },
    ...(rejected ? repairMessages(rejected.answer, rejected.problem) : []),
  ];
  return { text: await askText(context, messages, TEXT_TEMPERATURE, responseSchema) };
}

async function overData(instruction: string, text: string, context: TaskContext): Promise<TextResult> {
  const { tag, block } = dataBlock(text);
  const messages: ChatMessage[] = [
    { role: 'system', content: `${instruction}\n${dataRule(tag)}` },
    { role: 'user', content: block },
  ];
  return { text: await askText(context, messages, TEXT_TEMPERATURE) };
}
