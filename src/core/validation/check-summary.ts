import { checkClaims } from './check-claims';
import type { Finding } from './finding';
import { normalizeText, wordsOf } from './normalize-text';
import type { TextFacts } from './text-facts';

/** A summary of more words than this is not one. */
export const DEFAULT_MAX_SUMMARY_WORDS = 400;

const LEAST_WORDS = 5;
const MOST_CHARACTERS_OF_CLAIMS = 20_000;

/** Is there a summary, of a sensible length, and does the text say what it claims? */
export function checkSummary(summary: string, text: string, facts: TextFacts, maxWords: number): Finding[] {
  const words = wordsOf(normalizeText(summary.slice(0, 10 * MOST_CHARACTERS_OF_CLAIMS))).length;
  if (words === 0) return [{ severity: 'error', check: 'summary_empty', message: 'the summary is empty' }];
  return [
    ...checkLength(words, facts, maxWords),
    ...checkShorter(summary, text),
    ...checkClaims(summary.slice(0, MOST_CHARACTERS_OF_CLAIMS), facts),
  ];
}

function checkLength(words: number, facts: TextFacts, maxWords: number): Finding[] {
  if (words > maxWords) {
    const message = `the summary has ${words} words; at most ${maxWords} are expected`;
    return [{ severity: 'warning', check: 'summary_too_long', message, count: words }];
  }
  if (words < LEAST_WORDS && facts.wordCount > 10 * LEAST_WORDS) {
    const message = `the summary has ${words} words for a text of ${facts.wordCount}`;
    return [{ severity: 'warning', check: 'summary_too_short', message, count: words }];
  }
  return [];
}

function checkShorter(summary: string, text: string): Finding[] {
  if (summary.trim().length < text.trim().length) return [];
  const message = `the summary is not shorter than the text (${summary.length} of ${text.length} characters)`;
  return [{ severity: 'warning', check: 'summary_not_shorter', message }];
}
