/** The part of vader-sentiment (which ships no types) that is used here. */
declare module 'vader-sentiment' {
  export const SentimentIntensityAnalyzer: {
    /** `compound` lies between -1 (most negative) and 1. */
    polarity_scores(text: string): { neg: number; neu: number; pos: number; compound: number };
  };
}
