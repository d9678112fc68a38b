import type { TextResult } from '../../contracts/model';
import type { DetectedLanguage } from './detect-language';
import { languageName } from './detect-language';
import { breakLongWords } from './guard-text';
import { rankSentences } from './rank-sentences';
import { splitEnglishSentences, splitForeignSentences } from './split-sentences';
import { summarizeInvoice } from './summarize-invoice';

const MOST_SENTENCES = 300;
const DEFAULT_WORDS = 80;
const CHARACTERS_PER_WORD = 12;

/**
 * The `summarizer` model: whole sentences of the text in their order, never a word of its own (an invoice gets one
 * line made of its fields). At most `maxWords` words. Text that is not English gives its first sentences and a note.
 */
export function summarizeText(
  text: string,
  options: { maxWords?: number; documentType?: string },
  language: DetectedLanguage,
): TextResult {
  const maxWords = Math.max(1, Math.floor(options.maxWords ?? DEFAULT_WORDS));
  const body = withoutFrame(breakLongWords(text));
  if (language.foreign !== undefined) {
    const leading = splitForeignSentences(body, language.foreign, MOST_SENTENCES).filter(isProse);
    const looks = languageName(language.foreign);
    return {
      text: takeWords(leading.length > 0 ? leading : [body], maxWords),
      note: `The built-in summarizer reads English; this text looks ${looks}, so these are its first sentences.`,
    };
  }
  const invoice = options.documentType === 'invoice' ? summarizeInvoice(text) : undefined;
  if (invoice !== undefined) return { text: takeWords([invoice], maxWords) };
  const sentences = splitEnglishSentences(body, MOST_SENTENCES).filter(isProse);
  if (sentences.length === 0)
    return { text: takeWords([body], maxWords), note: 'No sentences found; this is how the text begins.' };
  return { text: takeWords(chosen(sentences, maxWords), maxWords) };
}

/** The most important sentences that fit together, in the order of the text; at least the most important one. */
function chosen(sentences: string[], maxWords: number): string[] {
  const ranks = rankSentences(sentences);
  const byRank = sentences.map((_, index) => index).sort((a, b) => (ranks[b] ?? 0) - (ranks[a] ?? 0) || a - b);
  const picked: number[] = [];
  let words = 0;
  for (const index of byRank) {
    const length = wordCount(sentences[index] ?? '');
    if (words + length > maxWords && picked.length > 0) continue;
    picked.push(index);
    words += length;
    if (words >= maxWords) break;
  }
  return picked.sort((a, b) => a - b).flatMap((index) => sentences[index] ?? []);
}

/** Without the headers, quotes and signature of a mail, headings, table rows and Markdown's marks. */
function withoutFrame(text: string): string {
  const lines = text.split(/\r?\n/);
  const signature = lines.findIndex((line) => /^--\s*$/.test(line));
  return (signature > 0 ? lines.slice(0, signature) : lines)
    .map((line) => (MAIL_HEADER.test(line) || /^(?:[>|]|\s{0,3}#)/.test(line) ? '' : line))
    .map((line) => line.replace(/^\s{0,8}(?:[-*•]|\d{1,2}(?:\.\d{1,2}){0,3}\.?)\s/, '\n').replace(/\*\*|__|`/g, ''))
    .join('\n');
}

const MAIL_HEADER =
  /^(?:from|to|cc|bcc|date|sent|subject|reply-to|message-id|mime-version|content-[a-z-]{1,30}|received):/i;

/** Headings and table rows do not end with a full stop, or hold few words. */
function isProse(sentence: string): boolean {
  const words = sentence.split(/\s+/);
  const plain = words.filter((word) => /^["“(]?\p{L}/u.test(word)).length;
  return words.length >= 5 && plain >= words.length * 0.6 && /[.!?。！？]["”')\]]{0,2}$/.test(sentence);
}

/** Also bounded in characters, for scripts without spaces and for nonsense. */
function takeWords(sentences: string[], maxWords: number): string {
  const words = sentences
    .join(' ')
    .split(/\s+/)
    .filter((word) => word !== '');
  const taken = words
    .slice(0, maxWords)
    .join(' ')
    .slice(0, maxWords * CHARACTERS_PER_WORD);
  return taken.length < words.join(' ').length ? `${taken}…` : taken;
}

function wordCount(sentence: string): number {
  return sentence.split(/\s+/).length;
}
