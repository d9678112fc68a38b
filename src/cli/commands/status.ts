import type { Envelope, RunProgress } from '../../client';
import type { JsonValue } from '../../contracts/json';
import { cutStep } from '../../core/cut-short';
import { exitStatusOfRun } from '../failure-info';
import { cleanLine } from '../render/clean-text';
import { wrapped } from '../render/layout';
import { nextLines } from '../render/next-lines';
import { shownAge, shownUsage } from '../render/numbers';
import { runMark } from '../render/paint';
import { asPipelineResult, stepsOf } from '../render/run-result';
import { progressLines, stepLines } from '../render/step-lines';
import type { Session } from '../session';
import { statusNext } from '../status-next';
import type { Terminal } from '../terminal';
import { unservedSentence } from '../unserved-sentence';
import { withRun } from '../with-run';

/** `cadenza status <id>`: where a run stands now. The exit status is that of the run; one that goes on counts as good. */
export function status(terminal: Terminal, id: string, { json = false }: { json?: boolean }): Promise<number> {
  return withRun(terminal, id, 'none', async (session, handle) => {
    const envelope = await handle.envelope();
    const goesOn = envelope.status === 'running' || envelope.status === 'paused';
    if (goesOn) await session.tend();
    const progress = cutShort(await handle.progress().catch(() => undefined), envelope);
    const unserved = goesOn ? await handle.unserved().catch(() => []) : [];
    const shown = {
      ...envelope,
      ...(progress && { progress: progress as unknown as JsonValue }),
      ...(unserved.length > 0 && { unserved }),
    };
    if (json) terminal.printJson(shown);
    else {
      const retrying = goesOn ? await handle.retrying().catch(() => []) : [];
      terminal.print(statusLines(session, terminal, { envelope, progress, retrying, unserved }));
    }
    return exitStatusOfRun(envelope);
  });
}

/** A Workflow that was ended from outside does not know it: the last it says is how it was then. */
function cutShort(progress: RunProgress | undefined, { status: state, error }: Envelope): RunProgress | undefined {
  if (!progress || !error || (state !== 'terminated' && state !== 'timed_out')) return progress;
  return { ...progress, steps: progress.steps.map((step) => cutStep(step, error)) };
}

function statusLines(
  session: Session,
  { columns, resultPaint: paint }: Terminal,
  {
    envelope,
    progress,
    retrying,
    unserved,
  }: {
    envelope: Envelope;
    progress: RunProgress | undefined;
    retrying: Parameters<typeof progressLines>[1]['retrying'];
    unserved: readonly string[];
  },
): string[] {
  const { status: state, error } = envelope;
  const workflowId = envelope.workflowId ?? '';
  const now = Date.now();
  const pipeline = asPipelineResult(envelope.result);
  const steps = pipeline ? stepsOf(pipeline) : undefined;
  const usage = progress?.usage ?? pipeline?.usage;
  const address = session.webAddress({ workflowId });
  const started = progress ? `, started ${shownAge(progress.startedAt, now)}` : '';
  const what = progress?.definition ?? pipeline?.definition?.name ?? envelope.pattern ?? '';
  return [
    `${runMark(state, paint)} ${paint.bold(cleanLine(workflowId))}`,
    ...wrapped(`${state.replace('_', ' ')}: ${cleanLine(what)}${started}`, columns, 4, '  '),
    ...(error ? wrapped(`${error.type}: ${cleanLine(error.message)}`, columns, 4, '  ').map(paint.red) : []),
    ...(progress || !steps
      ? progressLines(progress, { columns, paint, now, retrying: retrying ?? [] })
      : stepLines(steps, { columns, paint, now })),
    ...unserved.flatMap((queue) => wrapped(unservedSentence(queue), columns, 4, '  ').map(paint.yellow)),
    // Usage counts when a step ends: until the first has, there is nothing to tell.
    ...(usage && (usage.calls > 0 || state !== 'running') ? wrapped(`Used: ${shownUsage(usage)}`, columns, 2) : []),
    ...(progress || steps ? [] : ['  No worker answers, so the steps are not known now.']),
    ...nextLines(
      [...(address === undefined ? [] : [['Web UI', address] as const]), ...statusNext(envelope, progress)],
      { columns, paint },
    ),
  ];
}
