import type { RecordedRequest, ScriptedReply } from './scripted-model-server';

/**
 * A fitting answer without a script: the task is recognised by the name of the response schema, else by the first words
 * of the system prompt. The same request always gets the same answer.
 */
export function defaultAnswer({ path, body }: RecordedRequest): ScriptedReply {
  if (path === '/embeddings') return { embedding: vectorOf(String(body.input)) };
  if (path !== '/chat/completions') return { status: 404, error: { message: 'no such route', code: 'not_found' } };
  const messages = body.messages ?? [];
  const system = messages.find(({ role }) => role === 'system')?.content ?? '';
  const prompt = messages.find(({ role }) => role === 'user')?.content ?? '';
  const text = dataOf(prompt);
  switch (body.response_format?.json_schema?.name ?? taskIn(system)) {
    case 'classification':
      return { json: { prediction: labelFor(text, listIn(system, 'Labels')), score: 0.9 } };
    case 'sentiment':
      return { json: { prediction: moodOf(text), score: 0.8 } };
    case 'extraction':
      return { json: { entities: entitiesIn(text, listIn(system, 'Types')) } };
    case 'summarization':
      return { text: `Summary: ${firstSentence(text)}` };
    case 'translation':
      return { text: `[${/language ("[^"]*")/.exec(system)?.[1] ?? '?'}] ${text}` };
    default:
      return { text: `Answer to: ${firstSentence(text)}` };
  }
}

function taskIn(system: string): string | undefined {
  const words = {
    classification: 'You classify',
    sentiment: 'You judge the sentiment',
    extraction: 'You extract',
    summarization: 'You summarize',
    translation: 'You translate',
  };
  return Object.entries(words).find(([, start]) => system.startsWith(start))?.[0];
}

/** What stands between the marks of a data block; all of it where there are none. */
function dataOf(prompt: string): string {
  return /^<(text(?:-\d+)?)>\n([\s\S]*)\n<\/\1>$/.exec(prompt)?.[2] ?? prompt;
}

function listIn(system: string, name: string): string[] {
  const line = system.split('\n').find((candidate) => candidate.startsWith(`${name}: `)) ?? '';
  return JSON.parse(`[${line.slice(name.length + 2)}]`) as string[];
}

/** The label named first in the text; else `other`, else the first one. */
function labelFor(text: string, labels: string[]): string | undefined {
  const lower = text.toLowerCase();
  const named = labels
    .map((label) => ({ label, at: lower.indexOf(label.toLowerCase().replace(/_/g, ' ')) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)[0];
  return named?.label ?? labels.find((label) => label === 'other') ?? labels[0];
}

function moodOf(text: string): string {
  if (/\b(?:love|great|good|happy|wonderful)\b/i.test(text)) return 'positive';
  return /\b(?:hate|bad|awful|angry|terrible)\b/i.test(text) ? 'negative' : 'neutral';
}

const PATTERNS: Record<string, RegExp> = {
  email: /[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}/g,
  date: /\b\d{4}-\d{2}-\d{2}\b/g,
  money: /(?:EUR|USD|[$€])\s?\d[\d.,]{0,20}\d/g,
  organization: /\b[A-Z]\w{1,30} (?:GmbH|Inc|Ltd|LLC|AG|Corp)\b/g,
};

function entitiesIn(text: string, types: string[]): { type: string; text: string }[] {
  return types
    .flatMap((type) => [...text.matchAll(PATTERNS[type] ?? /(?!)/g)].map((match) => ({ type, match })))
    .sort((a, b) => a.match.index - b.match.index)
    .slice(0, 50)
    .map(({ type, match }) => ({ type, text: match[0] }));
}

function firstSentence(text: string): string {
  return (/^[^.!?\n]{0,200}/.exec(text.trim())?.[0] ?? '').trim();
}

/** Eight numbers that depend on the text alone. */
function vectorOf(text: string): number[] {
  const sums = Array<number>(8).fill(0);
  [...text].forEach((character, index) => {
    sums[index % 8] = (sums[index % 8] ?? 0) + (character.codePointAt(0) ?? 0);
  });
  return sums.map((sum) => Math.round((sum / (1 + text.length)) * 1000) / 1000);
}
