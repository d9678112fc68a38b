import { activityInfo, log } from '@temporalio/activity';
import type { RunIdentity } from '../contracts/step-activity';
import type { CallUsage } from '../contracts/usage';
import type { ActivityDependencies } from './dependencies';

/** What an activity reports beside its outcome: usage over all its attempts. */
export type StepFacts = { usage: CallUsage; attempts: number };

/**
 * What a step has used so far. A journal that can not be read now is no reason to lose an answer that is there: the usage
 * is then missing from the result, and the log says so.
 */
export async function stepFacts(
  { run, step }: { run: RunIdentity; step: string },
  { journal, namespace }: ActivityDependencies,
): Promise<StepFacts> {
  const { attempt } = activityInfo();
  try {
    return { usage: await journal.usage({ namespace, ...run, step }), attempts: attempt };
  } catch (error) {
    log.warn('what a step has used could not be read', { step, problem: (error as Error).message });
    return { usage: { byModel: {} }, attempts: attempt };
  }
}
