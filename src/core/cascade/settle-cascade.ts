import type { OnAllRejected, StageVerdict } from '../../contracts/cascade.schema';
import { CadenzaError } from '../../contracts/failures';
import { shown } from '../../contracts/nearest-name';

/** A stage that was asked: how its answer was judged, or that it failed and has none. */
export type StageOutcome = { model: string } & (
  | { verdict: StageVerdict; score?: number | undefined; reason?: string | undefined }
  | { verdict: 'failed'; problem: string }
);

/** What to do after the stages so far. `stage` is an index into them. */
export type CascadeStep =
  | { action: 'ask'; stage: number }
  | { action: 'end'; stage: number; accepted: boolean; by: 'accepted' | 'last' | 'best' }
  | { action: 'fail'; error: CadenzaError };

/**
 * The next step of a cascade of `stages` stages: the next one is asked while answers are deferred or stages fail; it ends
 * with the first accepted answer, with a hopeless one, or after the last stage. Where none was accepted, `onAllRejected`
 * says what is left: the last answer, the best scored one (of equals the first, an answer without a score is the least),
 * or a failure. Stages that failed have no answer; where all did, it is a failure whatever was asked for.
 */
export function nextStage(
  outcomes: readonly StageOutcome[],
  stages: number,
  onAllRejected: OnAllRejected,
): CascadeStep {
  const last = outcomes.length - 1;
  const verdict = outcomes[last]?.verdict;
  if (verdict === 'accepted') return { action: 'end', stage: last, accepted: true, by: 'accepted' };
  if (verdict !== 'hopeless' && outcomes.length < stages) return { action: 'ask', stage: outcomes.length };
  const answered = outcomes.flatMap((outcome, stage) =>
    outcome.verdict === 'failed' ? [] : [{ stage, score: finite(outcome.score) }],
  );
  const final = answered.at(-1);
  if (onAllRejected === 'fail' || final === undefined) return { action: 'fail', error: allRejected(outcomes) };
  if (onAllRejected === 'last') return { action: 'end', stage: final.stage, accepted: false, by: 'last' };
  const best = answered.reduce((a, b) => (b.score > a.score ? b : a));
  return { action: 'end', stage: best.stage, accepted: false, by: 'best' };
}

function finite(score: number | undefined): number {
  return score !== undefined && Number.isFinite(score) ? score : -Infinity;
}

/** Names each stage and why it was not taken; never what it answered. */
function allRejected(outcomes: readonly StageOutcome[]): CadenzaError {
  const said = outcomes.map((outcome, stage) => {
    const why = outcome.verdict === 'failed' ? outcome.problem : (outcome.reason ?? outcome.verdict);
    return `stage ${stage} (${shown(outcome.model)}): ${why}`;
  });
  return new CadenzaError('AllRejected', `no stage was accepted; ${said.join('; ')}`);
}
