import type { PruneReport, StoreSurvey } from '../../client';
import { counted, shownBytes } from './numbers';

/** What a store holds, a sentence for each kind of thing; `good` is false for what somebody has to look at. */
export function storeSentences(survey: StoreSurvey): { good?: boolean; says: string }[] {
  const areas = [...new Set(survey.shares.map(({ area }) => area))];
  const held = areas.map((area) => {
    const shares = survey.shares.filter((share) => share.area === area);
    const sum = (of: 'files' | 'bytes') => shares.reduce((total, share) => total + share[of], 0);
    const each = shares.map((share) => `${share.namespace} ${shownBytes(share.bytes)}`).join(', ');
    return {
      says: `${area}: ${counted(sum('files'), 'file')}, ${shownBytes(sum('bytes'))}${shares.length > 1 ? ` (${each})` : ''}`,
    };
  });
  const { leftClaims, leftDrafts, expiredAnswers, damaged, encryption, freeBytes } = survey;
  const left = [
    ...(leftClaims > 0 ? [counted(leftClaims, 'claim') + ' without a holder'] : []),
    ...(leftDrafts > 0 ? [counted(leftDrafts, 'file') + ' half written'] : []),
    ...(expiredAnswers > 0 ? [counted(expiredAnswers, 'cached answer') + ' out of date'] : []),
  ];
  return [
    ...(held.length > 0 ? held : [{ says: 'empty' }]),
    ...(left.length > 0 ? [{ says: `left over: ${left.join(', ')}` }] : []),
    ...(damaged.count > 0
      ? [{ good: false, says: `${counted(damaged.count, 'damaged file')}: ${damaged.files.join(', ')}` }]
      : []),
    { says: encryption === null ? 'encryption off' : `encrypted with the key "${encryption}"` },
    { good: freeBytes >= LITTLE_BYTES, says: `${shownBytes(freeBytes)} free` },
  ];
}

/** Less than this is told as a fault: what can not be journalled is not sent. */
const LITTLE_BYTES = 100 * 1024 * 1024;

/** What was removed, or would be, in one sentence. */
export function prunedSentence(report: PruneReport): string {
  const { dryRun, runs, retainedRuns, journal, budgets, content, cache } = report;
  const parts = Object.entries({ journal, budgets, content, cache }).map(
    ([name, { files, bytes }]) => `${name} ${counted(files, 'file')} (${shownBytes(bytes)})`,
  );
  return `${dryRun ? 'would be removed' : 'removed'}: ${parts.join(', ')}; the journals are of ${counted(runs, 'run')}. Kept for ${counted(retainedRuns, 'run')} that the server has`;
}
