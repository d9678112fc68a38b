import { SentimentIntensityAnalyzer } from 'vader-sentiment';
import type { ClassificationResult } from '../../contracts/model';
import type { DetectedLanguage } from './detect-language';
import { languageName } from './detect-language';
import { splitEnglishSentences } from './split-sentences';

const MOST_SENTENCES = 300;
const STEEPNESS = 6;
const NEUTRAL = 0.6;
const HIGHEST = 0.95;

/**
 * The `sentiment` model: positive, negative or neutral. The average over sentences counts, because the whole text's
 * value saturates on anything long. It reads words, not irony; on text that is not English it is neutral and says so.
 */
export function analyzeSentiment(text: string, language: DetectedLanguage): ClassificationResult {
  if (language.foreign !== undefined) {
    const third = 0.333;
    return {
      prediction: 'neutral',
      score: third,
      scores: { positive: third, neutral: third, negative: third },
      note: `The built-in sentiment model reads English; this text looks ${languageName(language.foreign)}.`,
    };
  }
  const sentences = splitEnglishSentences(text, MOST_SENTENCES);
  const values = sentences.map((sentence) => SentimentIntensityAnalyzer.polarity_scores(sentence).compound);
  const average = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const weights = {
    positive: Math.exp(STEEPNESS * average),
    neutral: Math.exp(NEUTRAL),
    negative: Math.exp(-STEEPNESS * average),
  };
  const total = weights.positive + weights.neutral + weights.negative;
  const share = (weight: number): number => Math.round(Math.min(HIGHEST, weight / total) * 1_000) / 1_000;
  const scores = {
    positive: share(weights.positive),
    neutral: share(weights.neutral),
    negative: share(weights.negative),
  };
  const prediction = (['neutral', 'positive', 'negative'] as const).reduce((a, b) => (scores[b] > scores[a] ? b : a));
  return { prediction, score: scores[prediction], scores };
}
