import type { ClassificationResult } from '../../contracts/model';
import { countLetters } from './guard-text';

/** What the detector makes of a text; `foreign` is the code where it is surely not English. */
export type DetectedLanguage = { code: string; scores: Record<string, number>; foreign?: string };

const FEWEST_LETTERS = 20;
const SAMPLE = 4_000;

/** Detects the language of a text's beginning; the code is `und` (undetermined) below 20 letters or when in doubt. */
export async function detectLanguage(text: string): Promise<DetectedLanguage> {
  const sample = text.slice(0, SAMPLE);
  if (countLetters(sample, FEWEST_LETTERS) < FEWEST_LETTERS) return { code: 'und', scores: {} };
  const { eld } = await import('eld/extrasmall');
  const found = eld.detect(sample);
  const scores = found.getScores();
  if (found.language === '' || !found.isReliable()) return { code: 'und', scores };
  // English texts full of foreign names come out a hair above English: those are read as English.
  const ahead = (scores[found.language] ?? 0) - (scores['en'] ?? 0);
  const foreign = found.language !== 'en' && ahead > 0.05;
  return { code: found.language, scores, ...(foreign ? { foreign: found.language } : {}) };
}

/** The `language` model: the ISO 639-1 code; with labels, the best among them. */
export function languageResult(language: DetectedLanguage, labels: string[] = []): ClassificationResult {
  const unknown = { prediction: 'und', score: 0, note: 'The text is too short or too unclear to tell its language.' };
  if (labels.length === 0) {
    const scores = { ...language.scores };
    if (language.code === 'und') return { ...unknown, scores: { ...scores, und: 0 } };
    return { prediction: language.code, score: scores[language.code] ?? 0, scores };
  }
  const scores = Object.fromEntries(labels.map((label) => [label, language.scores[label.toLowerCase()] ?? 0]));
  const best = labels.find((label) => label.toLowerCase() === language.code);
  if (language.code === 'und') return { ...unknown, scores: { ...scores, und: 0 } };
  if (best !== undefined) return { prediction: best, score: scores[best] ?? 0, scores };
  return {
    prediction: 'other',
    score: 0,
    scores: { ...scores, other: 0 },
    note: `This text looks ${languageName(language.code)}, which is none of the labels.`,
  };
}

/** A language as people read it in notes: `German (de)`. */
export function languageName(code: string): string {
  return `${new Intl.DisplayNames('en', { type: 'language' }).of(code) ?? 'unknown'} (${code})`;
}
