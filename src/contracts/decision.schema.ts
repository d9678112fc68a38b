import { z } from 'zod';

/** Why an answer that came does not count. */
export const INVALID_REASONS = ['empty', 'truncated', 'unparsed'] as const;
export type InvalidReason = (typeof INVALID_REASONS)[number];

/** How an aggregation ended; `collected` where it chooses nothing. */
export const DECISION_OUTCOMES = ['decided', 'collected', 'tie', 'no_majority', 'too_few_votes'] as const;

/** Why no more members were asked. */
export const STOP_REASONS = [
  'complete',
  'quorum',
  'lead',
  'no_majority_possible',
  'confident',
  'window',
  'deadline',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

const count = z.int().nonnegative();

/** What was not spent. Tokens and money are an estimate: the mean of the same model's finished calls. */
export const savedSchema = z.strictObject({
  /** Never sent. */
  calls: count,
  /** Sent and cut off: part of them may have been paid. */
  cancelledCalls: count,
  inputTokens: count,
  outputTokens: count,
  costUsd: z.number().nonnegative(),
  /** Calls of models of which none finished: they are in `calls`, and not in tokens and money. */
  unknownCalls: count,
});
export type Saved = z.infer<typeof savedSchema>;

/** How an ensemble came to its answer. */
export const decisionSchema = z.strictObject({
  outcome: z.enum(DECISION_OUTCOMES),
  /** What each answer got, in the unit of the aggregation: votes, weight, points or score. */
  votes: z.record(z.string(), z.number()),
  /** The same with the ballots behind it, the most first. */
  ranking: z.array(
    z.strictObject({
      answer: z.string(),
      score: z.number(),
      votes: count,
      weight: z.number(),
      ballots: z.array(count),
    }),
  ),
  /** The leader's part of what the valid answers got, 0 to 1. */
  share: z.number(),
  /** The leader's lead over the runner-up, in the unit of `votes`. */
  margin: z.number(),
  tie: z.boolean(),
  /** The rule that ended a tie; `first` also where the asked rule could not tell the tied apart. */
  tieBrokenBy: z.enum(['first', 'weight', 'model', 'abstain']).optional(),
  /** Set where not the votes over everything made the winner, but an agreeing window or a model's choice. */
  wonBy: z.enum(['window', 'choice']).optional(),
  valid: count,
  invalid: count,
  invalidReasons: z.strictObject({ empty: count, truncated: count, unparsed: count }),
  failed: count,
  cancelled: count,
  /** Part of the pairs of valid answers that are equal; absent with fewer than two. */
  agreement: z.number().optional(),
  /** Judges: part of the pairs judged alike in both orders. */
  positionConsistency: z.number().optional(),
  /** Adaptive-Consistency: the criterion's value when it was last tested. */
  confidence: z.number().optional(),
});
export type Decision = z.infer<typeof decisionSchema>;

/** The decision with how the asking ended. */
export const ensembleDecisionSchema = decisionSchema.extend({
  stoppedEarly: z.boolean(),
  stopReason: z.enum(STOP_REASONS),
  saved: savedSchema,
});
