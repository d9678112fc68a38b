import type { Attributes } from '@opentelemetry/api';
import type { ProviderAnswer, ProviderRequest } from '../../contracts/model';

/** The texts of a request, as the conventions have them: JSON, system prompts apart. Only where a person asked for it. */
export function promptAttributes(request: ProviderRequest): Attributes {
  if (request.kind === 'embedding')
    return { 'gen_ai.input.messages': messages([{ role: 'user', text: request.text }]) };
  const system = request.messages.filter(({ role }) => role === 'system').map(({ content }) => textPart(content));
  const said = request.messages.filter(({ role }) => role !== 'system');
  return {
    'gen_ai.input.messages': messages(said.map(({ role, content }) => ({ role, text: content }))),
    ...(system.length > 0 && { 'gen_ai.system_instructions': JSON.stringify(system) }),
  };
}

/** The texts of an answer; of an embedding there is none. */
export function outputAttributes(answer: ProviderAnswer): Attributes {
  if (answer.kind === 'embedding') return {};
  const all = [answer, ...(answer.more ?? [])];
  return {
    'gen_ai.output.messages': JSON.stringify(
      all.map(({ text, finishReason }) => ({
        role: 'assistant',
        parts: [textPart(text)],
        finish_reason: finishReason,
      })),
    ),
  };
}

function messages(all: readonly { role: string; text: string }[]): string {
  return JSON.stringify(all.map(({ role, text }) => ({ role, parts: [textPart(text)] })));
}

function textPart(content: string) {
  return { type: 'text', content };
}
