import type { Trigger } from '../../contracts/pipeline.schema';
import type { StepStatus } from '../../contracts/run';
import type { PlannedStep } from '../../contracts/step-activity';

/** What to do next with a pending step: run it, or skip it and why. */
export type Decision = { step: PlannedStep; action: 'run' } | { step: PlannedStep; action: 'skip'; reason: string };

/**
 * Every pending step whose parents have all ended, in the order of the definition, with what its trigger rule says.
 * The rules are Airflow's: a skip propagates through `all_success`.
 */
export function nextSteps(steps: readonly PlannedStep[], statusOf: (name: string) => StepStatus): Decision[] {
  return steps
    .filter((step) => statusOf(step.name) === 'pending')
    .flatMap((step): Decision[] => {
      const parents = step.parents.map((name) => ({ name, status: statusOf(name) }));
      if (parents.some(({ status }) => status === 'pending' || status === 'running')) return [];
      const reason = refusalOf(step.trigger, parents);
      return [reason === undefined ? { step, action: 'run' } : { step, action: 'skip', reason }];
    });
}

type Parent = { name: string; status: StepStatus };

/** Why a trigger rule does not let a step run after these parents, or undefined where it does. */
function refusalOf(trigger: Trigger, parents: readonly Parent[]): string | undefined {
  const first = (...statuses: StepStatus[]) => parents.find(({ status }) => statuses.includes(status));
  const because = (parent: Parent | undefined) =>
    parent && `step "${parent.name}" ${parent.status === 'skipped' ? 'was skipped' : 'failed'}`;
  switch (trigger) {
    case 'all_success':
      return because(first('failed') ?? first('skipped'));
    case 'one_success':
      return parents.length === 0 || first('completed') ? undefined : 'no step it waits for was completed';
    case 'none_failed':
      return because(first('failed'));
    case 'all_done':
      return undefined;
  }
}

/** Whether a step is decided not to run. */
export function isSkip<D extends { action: string }>(decision: D): decision is Extract<D, { action: 'skip' }> {
  return decision.action === 'skip';
}
