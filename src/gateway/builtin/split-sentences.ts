import winkModel from 'wink-eng-lite-web-model';
import winkNlp from 'wink-nlp';

/** Sentences of English prose; lines that were wrapped by hand are joined first, empty lines always end a sentence. */
export function splitEnglishSentences(text: string, most: number): string[] {
  sentenceReader ??= winkNlp(winkModel, ['sbd']);
  const sentences: string[] = [];
  for (const paragraph of paragraphsOf(text)) {
    if (sentences.length >= most) break;
    sentences.push(...sentenceReader.readDoc(paragraph).sentences().out());
  }
  return sentences.slice(0, most).map((sentence) => sentence.trim());
}

let sentenceReader: ReturnType<typeof winkNlp> | undefined;

const HIDDEN_DOT = '\uE000';

/** Sentences of a text in any language, by the rules of Unicode; a dot after a number does not end one. */
export function splitForeignSentences(text: string, locale: string, most: number): string[] {
  const segmenter = new Intl.Segmenter(locale, { granularity: 'sentence' });
  const sentences: string[] = [];
  for (const paragraph of paragraphsOf(text)) {
    // `28. Januar` is one date: a private-use character stands in, because U+2024 counts as a full stop too.
    const masked = paragraph.replace(/(\d)\.(?= \p{L})/gu, `$1${HIDDEN_DOT}`);
    for (const { segment } of segmenter.segment(masked)) {
      if (sentences.length >= most) return sentences;
      sentences.push(segment.trim().replaceAll(HIDDEN_DOT, '.'));
    }
  }
  return sentences;
}

function paragraphsOf(text: string): string[] {
  return text
    .split(/\n[ \t\r]*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '');
}
