import type { Accept, StageVerdict, Threshold } from '../../contracts/cascade.schema';

/** What an Activity found out about a stage's answer; only what the stage's rule asks for is there. */
export type StageFacts = {
  /** The answer's own score. */
  score?: number | undefined;
  /** Part of the samples that gave the leading answer, of those asked. */
  selfConsistency?: number | undefined;
  /** Part of the verifier's verdicts that call the answer right, of those asked. */
  verified?: number | undefined;
  /** The answer fits the JSON Schema. */
  fits?: boolean | undefined;
  /** What the expression gave. */
  holds?: boolean | undefined;
};

export type Acceptance = { verdict: StageVerdict; score?: number; reason: string };

/**
 * Whether a stage's answer is taken, the next stage is asked, or asking on is hopeless. A score is accepted strictly above
 * its threshold (FrugalGPT, Chen et al. 2023). Of two thresholds the answer is accepted strictly above the upper one,
 * hopeless strictly below the lower one, and deferred on and between them (AutoMix, Madaan et al. 2023). A score that is
 * missing or no number is never accepted: it is deferred. Without a rule everything is accepted.
 */
export function acceptStage(accept: Accept | undefined, facts: StageFacts): Acceptance {
  if (accept === undefined) return { verdict: 'accepted', reason: 'no rule: any answer is taken' };
  if ('score' in accept) return byThreshold('score', facts.score, accept.score);
  if ('selfConsistency' in accept) {
    return byThreshold('share of equal samples', facts.selfConsistency, accept.selfConsistency.share);
  }
  if ('verifier' in accept) return byThreshold('share of verdicts for it', facts.verified, accept.verifier.share);
  if ('schema' in accept) return byOutcome('schema', facts.fits);
  return byOutcome('expression', facts.holds);
}

/** The rule itself: strictly above is accepted, strictly below the lower of two is hopeless, all else deferred. */
export function judgeScore(score: number | undefined, threshold: Threshold): StageVerdict {
  if (score === undefined || !Number.isFinite(score)) return 'deferred';
  if (typeof threshold === 'number') return score > threshold ? 'accepted' : 'deferred';
  if (score > threshold.above) return 'accepted';
  return score < threshold.below ? 'hopeless' : 'deferred';
}

function byThreshold(what: string, score: number | undefined, threshold: Threshold): Acceptance {
  if (score === undefined || !Number.isFinite(score)) return { verdict: 'deferred', reason: `no ${what}` };
  const { above, below } = typeof threshold === 'number' ? { above: threshold, below: threshold } : threshold;
  const verdict = judgeScore(score, threshold);
  const reason = {
    accepted: `${what} ${score} is above ${above}`,
    deferred: `${what} ${score} is not above ${above}`,
    hopeless: `${what} ${score} is below ${below}: asking on is hopeless`,
  }[verdict];
  return { verdict, score, reason };
}

function byOutcome(what: string, outcome: boolean | undefined): Acceptance {
  if (outcome === true) return { verdict: 'accepted', reason: `${what} holds` };
  return { verdict: 'deferred', reason: outcome === false ? `${what} does not hold` : `no outcome of the ${what}` };
}
