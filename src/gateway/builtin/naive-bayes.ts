import type { DocumentType } from '../../contracts/document-types';
import { DOCUMENT_SEEDS } from './document-seeds';

type Counts = { words: Map<string, number>; total: number };

/** A long text says no more than this many words would: evidence of one text is not independent. */
const EFFECTIVE_WORDS = 12;
const SMOOTHING = 0.5;

let trained: { byType: Map<DocumentType, Counts>; vocabulary: Set<string> } | undefined;

/** How much more likely the text's words are under each type than on average over the types (natural logarithms). */
export function wordEvidence(text: string): Map<DocumentType, number> {
  trained ??= train();
  const { byType, vocabulary } = trained;
  const words = [...new Set(wordsOf(text))].filter((word) => vocabulary.has(word));
  const evidence = new Map<DocumentType, number>();
  for (const [type, counts] of byType) {
    const sum = words.reduce((total, word) => total + logShare(counts, word, vocabulary.size), 0);
    evidence.set(type, (sum * EFFECTIVE_WORDS) / Math.max(EFFECTIVE_WORDS, words.length));
  }
  const mean = [...evidence.values()].reduce((a, b) => a + b, 0) / evidence.size;
  for (const [type, value] of evidence) evidence.set(type, value - mean);
  return evidence;
}

function train(): { byType: Map<DocumentType, Counts>; vocabulary: Set<string> } {
  const byType = new Map<DocumentType, Counts>();
  const vocabulary = new Set<string>();
  for (const [type, seeds] of Object.entries(DOCUMENT_SEEDS) as [DocumentType, string[]][]) {
    const words = new Map<string, number>();
    for (const word of seeds.flatMap(wordsOf)) {
      vocabulary.add(word);
      words.set(word, (words.get(word) ?? 0) + 1);
    }
    byType.set(type, { words, total: [...words.values()].reduce((a, b) => a + b, 0) });
  }
  return { byType, vocabulary };
}

function logShare(counts: Counts, word: string, vocabularySize: number): number {
  return Math.log(((counts.words.get(word) ?? 0) + SMOOTHING) / (counts.total + SMOOTHING * vocabularySize));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z]{3,30}/g) ?? [];
}
