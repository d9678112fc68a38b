import type { Envelope, RunHandle } from '../client';
import { loadOutput } from './load-output';
import { resultLines } from './render/run-result';
import type { Session } from './session';
import type { Terminal } from './terminal';

/** How commands are called in what people are told. */
export const COMMAND = 'npx cadenza';

/** Result, how it was decided, and what to do next: the result on stdout, the rest on stderr. */
export async function showEnded(
  session: Session,
  terminal: Terminal,
  { title, envelope, again = true }: { title: string; envelope: Envelope; again?: boolean },
): Promise<void> {
  const output = await loadOutput(envelope, (reference) => session.cadenza.readContent(reference));
  const { columns, resultPaint: paint } = terminal;
  terminal.print(resultLines(title, envelope, { columns, paint, output }));
  terminal.show(nextLines(session, terminal, envelope, again));
}

/** What to do next with a run: look at it in the Web UI, see it again. */
function nextLines(session: Session, { paint }: Terminal, { workflowId, runId }: Envelope, again: boolean): string[] {
  if (workflowId === null || runId === null) return [];
  const address = session.webAddress({ workflowId, runId });
  return [
    ...(address === undefined ? [] : [`${paint.dim('  Web UI  ')}${address}`]),
    ...(again ? [`${paint.dim('  Again   ')}${COMMAND} result ${workflowId}`] : []),
  ];
}

/** What a person who pressed Ctrl-C must know. */
export function detachedSentence(runs: readonly Pick<RunHandle, 'workflowId'>[]): string {
  const [first, ...others] = runs.map(({ workflowId }) => workflowId);
  if (first === undefined) return 'Nothing was started.';
  const goOn = others.length === 0 ? 'Detached: the run goes on.' : `Detached: ${runs.length} runs go on.`;
  const which = others.length === 0 ? first : 'ID';
  const list = others.length === 0 ? '' : `\n  ${[first, ...others].join('\n  ')}`;
  return `${goOn} Come back with \`${COMMAND} watch ${which}\`, cancel with \`${COMMAND} cancel ${which}\`.${list}`;
}
