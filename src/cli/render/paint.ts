import { createColors } from 'picocolors';
import type { RunStatus, StepStatus } from '../../contracts/run';

/** Colours, or none: every function is then the identity. */
export type Paint = ReturnType<typeof createColors>;

/** Colours where the stream is a terminal and the person has not said no (https://no-color.org). */
export function paintFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): Paint {
  const wanted = !environment.NO_COLOR && environment.TERM !== 'dumb';
  return createColors(Boolean(stream.isTTY) && wanted);
}

/** Text without colours. */
export const PLAIN: Paint = createColors(false);

const STEP_MARKS: Record<StepStatus, string> = {
  pending: '○',
  running: '●',
  completed: '✓',
  failed: '✗',
  skipped: '–',
};

/** The mark of a step, one column wide. */
export function stepMark(status: StepStatus, paint: Paint): string {
  const mark = STEP_MARKS[status];
  if (status === 'completed') return paint.green(mark);
  if (status === 'failed') return paint.red(mark);
  return status === 'running' ? paint.cyan(mark) : paint.dim(mark);
}

/** The mark of a run, one column wide. */
export function runMark(status: RunStatus, paint: Paint): string {
  if (status === 'completed') return paint.green('✓');
  if (status === 'partial') return paint.yellow('✓');
  if (status === 'running' || status === 'paused') return paint.cyan('●');
  return paint.red('✗');
}
