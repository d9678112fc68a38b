import type { DocumentType } from '../../contracts/document-types';
import { DOCUMENT_TYPES } from '../../contracts/document-types';
import type { ClassificationResult } from '../../contracts/model';
import { classifyDocument } from './classify-document';
import type { DetectedLanguage } from './detect-language';
import { languageName } from './detect-language';

/** Other names that people give the same types. */
const ALIASES: Record<string, DocumentType> = {
  agreement: 'contract',
  bill: 'invoice',
  cv: 'resume',
  guide: 'manual',
  licence: 'license',
  mail: 'email',
  meeting_minutes: 'minutes',
  news: 'news_article',
  paper: 'scientific_article',
  scientific_paper: 'scientific_article',
  research_paper: 'scientific_article',
};

const UNKNOWN_SCORE = 0.5;

/**
 * The `classifier` model. Without labels it chooses among the document types; labels that are document types (or usual
 * names of them) restrict the choice. It knows no other labels: those are matched by their own words in the text, with
 * a score of at most 0.5. Whenever it does not know, it answers `other` with a low score and a note, even where the
 * labels have no `other`: a guess would look like an answer. `scores` lists every label.
 */
export function classifyText(text: string, labels: string[], language: DetectedLanguage): ClassificationResult {
  const types = new Map(labels.flatMap((label) => documentTypeOf(label)));
  if (language.foreign !== undefined) {
    const note = `The built-in classifier reads English; this text looks ${languageName(language.foreign)}.`;
    return unsure(labels.length > 0 ? labels : [...DOCUMENT_TYPES], note);
  }
  if (labels.length === 0) return classifyDocument(text);
  const meaningful = [...types.keys()].some((type) => type !== 'other');
  return meaningful ? amongTypes(text, labels, types) : amongForeignLabels(text, labels);
}

function amongTypes(text: string, labels: string[], types: Map<DocumentType, string>): ClassificationResult {
  const result = classifyDocument(text, [...types.keys()]);
  const given = (type: string): string => types.get(type as DocumentType) ?? type;
  const scores = Object.fromEntries([
    ...labels.map((label) => [label, 0] as const),
    ...Object.entries(result.scores).map(([type, score]) => [given(type), score] as const),
  ]);
  const foreign = labels.filter((label) => documentTypeOf(label).length === 0);
  const note =
    foreign.length > 0 ? `The built-in classifier knows document types only, not ${quoted(foreign)}.` : result.note;
  return {
    prediction: given(result.prediction),
    score: result.score,
    scores,
    ...(note === undefined ? {} : { note }),
  };
}

function amongForeignLabels(text: string, labels: string[]): ClassificationResult {
  const words = new Set(wordsOf(text.slice(0, 20_000)));
  const shareFound = (label: string): number => {
    const parts = wordsOf(label);
    return parts.length === 0 ? 0 : parts.filter((part) => words.has(part)).length / parts.length;
  };
  const found = labels.filter((label) => label !== 'other' && shareFound(label) === 1);
  const [only] = found;
  const note = 'The built-in classifier knows document types only; these labels were looked up as words in the text.';
  if (only === undefined || found.length > 1) return unsure(labels, note);
  const rest = (1 - UNKNOWN_SCORE) / Math.max(1, labels.length - 1);
  const scores = Object.fromEntries(labels.map((label) => [label, label === only ? UNKNOWN_SCORE : rest]));
  return { prediction: only, score: UNKNOWN_SCORE, scores, note };
}

/** Every label as likely as the other, and `other` as the answer. */
function unsure(labels: string[], note: string): ClassificationResult {
  const all = [...new Set([...labels, 'other'])];
  const score = Math.round(1_000 / all.length) / 1_000;
  return { prediction: 'other', score, scores: Object.fromEntries(all.map((label) => [label, score])), note };
}

function documentTypeOf(label: string): [DocumentType, string][] {
  const plain = label.trim().toLowerCase().replace(/[\s-]/g, '_');
  const type = DOCUMENT_TYPES.find((known) => known === plain) ?? ALIASES[plain];
  return type === undefined ? [] : [[type, label]];
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]{1,60}/gu) ?? [];
}

function quoted(labels: string[]): string {
  return labels.map((label) => `"${label.slice(0, 40)}"`).join(', ');
}
