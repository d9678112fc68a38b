import type { RunProgress, StepProgress, StepStatus } from '../contracts/run';
import { treeSentence } from './tree/tree-progress';

const MARKS: Record<StepStatus, string> = {
  pending: '○',
  running: '▶',
  completed: '✓',
  failed: '✗',
  skipped: '–',
};

/** A run's progress as Markdown for the Temporal UI: one row a step, no text of documents or prompts. */
export function detailsMarkdown({ steps, usage, tree }: Pick<RunProgress, 'steps' | 'usage' | 'tree'>): string {
  const rows = steps.map(
    (step) =>
      `| ${MARKS[step.status]} ${step.name} | ${step.status} | ${step.models?.join(', ') ?? ''} | ${time(step)} | ${tokens(step)} |`,
  );
  return [
    ...(tree ? [treeSentence(tree), ''] : []),
    '| step | status | model | seconds | tokens |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    `${usage.calls} calls, ${usage.inputTokens + usage.outputTokens} tokens, $${usage.costUsd}`,
  ].join('\n');
}

function time({ durationSeconds }: StepProgress): string {
  return durationSeconds === undefined ? '' : durationSeconds.toFixed(1);
}

function tokens({ usage }: StepProgress): string {
  return usage && usage.calls > 0 ? String(usage.inputTokens + usage.outputTokens) : '';
}
