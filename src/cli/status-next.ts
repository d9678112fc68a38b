import type { Envelope, RunProgress } from '../client';
import { askedRun } from '../core/budget/budget-question';
import { shellWord } from '../core/shell-word';
import { COMMAND } from './command-name';
import { approveCommand, waitingApprovals } from './show-run';

/** What a person can do now with a run that `status` shows: decide what waits for one, see to failures, follow it. */
export function statusNext(
  { workflowId, status }: Pick<Envelope, 'workflowId' | 'status'>,
  progress: RunProgress | undefined,
): [label: string, command: string][] {
  const id = shellWord(workflowId ?? '');
  if (status !== 'running' && status !== 'paused') return [['Next', `${COMMAND} result ${id}`]];
  const steps = progress?.steps ?? [];
  const asked = [...new Set(steps.flatMap(({ note }) => askedRun(note) ?? []))];
  const failed = progress?.pattern === 'pipeline' ? steps.filter((step) => step.status === 'failed') : [];
  // A run that waits for a decision about its budget is paused by that, and not by somebody who can resume it.
  const next = status === 'paused' && asked.length === 0 ? 'resume' : 'watch';
  return [
    ...waitingApprovals(progress).map(({ name }): [string, string] => [
      'Decide',
      `${approveCommand(workflowId ?? '', name)} [--reject]`,
    ]),
    ...asked.flatMap((run): [string, string][] => [
      ['Raise', `${COMMAND} approve ${shellWord(run)} --budget USD`],
      ['Stop', `${COMMAND} approve ${shellWord(run)} --reject`],
    ]),
    ...failed.slice(0, 3).map(({ name }): [string, string] => ['Retry', `${COMMAND} retry ${id} ${shellWord(name)}`]),
    ...(progress?.events && progress.events.deadLetters > 0
      ? [['Letters', `${COMMAND} router dead-letters ${id}`] as [string, string]]
      : []),
    ['Next', `${COMMAND} ${next} ${id}`],
  ];
}
