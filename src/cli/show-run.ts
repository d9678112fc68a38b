import type { Cadenza, Envelope, RunProgress, StepProgress } from '../client';
import type { BatchResult } from '../contracts/batch.schema';
import { itemPath } from '../core/batch/batch-items';
import { shellWord } from '../core/shell-word';
import { COMMAND } from './command-name';
import { loadOutput, withThoughts } from './load-output';
import { cleanLine } from './render/clean-text';
import { nextLines } from './render/next-lines';
import { asPipelineResult, resultLines } from './render/run-result';
import type { Session } from './session';
import type { Terminal } from './terminal';

/** Result, how it was decided, and what to do next: the result on stdout, the rest on stderr. */
export async function showEnded(
  session: Session,
  terminal: Terminal,
  { title, envelope, again = true }: { title: string; envelope: Envelope; again?: boolean },
): Promise<void> {
  const read: Cadenza['readContent'] = (reference) => session.cadenza.readContent(reference);
  const output = await loadOutput(envelope, read);
  const shown = await withThoughts(envelope, read);
  const { columns, resultPaint: paint } = terminal;
  terminal.print(resultLines(title, shown, { columns, paint, output }));
  terminal.show(nextLines(nextSteps(session, envelope, again), terminal));
}

/** What to do next with a run: look at it in the Web UI, start again where it failed, see it again. */
function nextSteps(session: Session, envelope: Envelope, again: boolean): [label: string, text: string][] {
  const { workflowId } = envelope;
  if (workflowId === null) return [];
  // Without the id of the run it fits the line; the UI finds the newest run, which is the one that commands show.
  const address = session.webAddress({ workflowId });
  return [
    ...(address === undefined ? [] : [['Web UI', address] as [string, string]]),
    ...[...itemLines(envelope), ...rerunLines(envelope)].map(([label, command]): [string, string] => [
      label,
      `${COMMAND} ${command}`,
    ]),
    ...(again ? [['Again', `${COMMAND} result ${shellWord(workflowId)}`] as [string, string]] : []),
  ];
}

/** Of a batch: how to get the results of its items, and to look at the first that failed. */
function itemLines({ pattern, workflowId, result }: Envelope): [label: string, command: string][] {
  if (pattern !== 'batch' || workflowId === null) return [];
  const { summary } = (result ?? {}) as unknown as Partial<BatchResult>;
  const [failed] = summary?.firstFailures ?? [];
  return [
    ...(summary ? [['Items', `result ${shellWord(workflowId)} --output items.jsonl`] as [string, string]] : []),
    ...(failed
      ? [['Failed', `status ${shellWord(`${workflowId}/${itemPath(failed.item)}`)}`] as [string, string]]
      : []),
  ];
}

/** Of a pipeline that did not get through: how to go on from the step that stopped it, keeping what came before. */
function rerunLines({ status, workflowId, result }: Envelope): [label: string, command: string][] {
  const failed = Object.values(asPipelineResult(result)?.results ?? {}).find((step) => step.status === 'failed');
  if (status === 'completed' || !failed) return [];
  return [['Rerun', `rerun ${shellWord(workflowId ?? '')} --from ${shellWord(failed.stepName)}`]];
}

/** The approval steps of a run that wait to be decided. */
export function waitingApprovals(progress: RunProgress | undefined): StepProgress[] {
  return (progress?.steps ?? []).filter(
    ({ handler, status, note }) => handler === 'approval' && status === 'running' && note !== undefined,
  );
}

/** The command that decides an approval step. */
export function approveCommand(workflowId: string, step: string): string {
  return `${COMMAND} approve ${shellWord(workflowId)} ${shellWord(step)}`;
}

/** Tells a person of a step that waits for a decision, and how to decide it. */
export function tellApproval(terminal: Terminal, workflowId: string, { name, note = '' }: StepProgress): void {
  const command = approveCommand(workflowId, name);
  terminal.say(`${name} ${cleanLine(note)}`);
  terminal.show(
    nextLines(
      [
        ['Approve', command],
        ['Reject', `${command} --reject`],
      ],
      terminal,
    ),
  );
}

/** Tells a person who pressed Ctrl-C that the run goes on, how to come back to it, and how to cancel it. */
export function tellDetached(terminal: Terminal, runs: readonly { workflowId: string | null }[]): void {
  if (runs.length === 0) return terminal.say('Nothing was started.');
  terminal.say(runs.length === 1 ? 'Detached: the run goes on.' : `Detached: ${runs.length} runs go on.`);
  const commands = runs.flatMap(({ workflowId }) => [
    ['Watch', `${COMMAND} watch ${shellWord(workflowId ?? '')}`] as const,
    ['Cancel', `${COMMAND} cancel ${shellWord(workflowId ?? '')}`] as const,
  ]);
  terminal.show(nextLines(commands, terminal));
}
