import type { RunProgress, StepProgress, StepStatus, TreeProgress, VoteProgress } from '../contracts/run';
import { shellWord } from './shell-word';
import { shownCount, shownMoney, shownSeconds } from './shown-numbers';
import { treeSentence } from './tree/tree-progress';

const MARKS: Record<StepStatus, string> = {
  pending: '○',
  running: '▶',
  completed: '✓',
  failed: '✗',
  skipped: '–',
};

/** Most rows of a table: the Temporal UI draws it anew with every change. */
const MOST_ROWS = 60;
const BAR_CHARACTERS = 20;

/** An empty paragraph: Temporal UI 2.42 cuts off the foot of what it shows. */
export const FOOT: readonly string[] = ['', '\u00a0'];

/** What keeps a table apart from what follows it: the UI gives tables no margin. */
const APART = ['', '\u00a0', ''];

type Shown = Pick<RunProgress, 'status' | 'definition' | 'steps' | 'usage' | 'tree' | 'votes'>;

/**
 * A run's progress as Markdown for the Temporal UI: where it stands, then one row a step, votes as they come, and a tree
 * level by level. `workflowId` is for the commands to type. No text of documents or prompts.
 */
export function detailsMarkdown({ status, definition, steps, usage, tree, votes }: Shown, workflowId?: string): string {
  const ended = steps.filter(({ status: state }) => state !== 'pending' && state !== 'running').length;
  const asks = steps.filter(({ handler, status: state }) => handler === 'approval' && state === 'running');
  const name = definition === undefined ? '' : `${cell(definition)}: `;
  const done = steps.length > 0 ? `, ${ended} of ${steps.length} steps done` : '';
  return [
    `${name}**${status.replace('_', ' ')}**${done} · ${used(usage)}`,
    '',
    ...(workflowId === undefined
      ? []
      : asks.map((step) => `Decide: \`npx cadenza approve ${shellWord(workflowId)} ${shellWord(step.name)}\`\n`)),
    ...(tree ? treeLines(tree) : []),
    ...(votes && votes.ranking.length > 0 ? voteLines(votes) : []),
    ...stepLines(steps),
    ...(steps.length > MOST_ROWS ? ['', `and ${steps.length - MOST_ROWS} more`] : []),
    ...FOOT,
  ].join('\n');
}

/** What was used so far, in one phrase. */
export function used({ calls, inputTokens, outputTokens, costUsd }: RunProgress['usage']): string {
  if (calls === 0) return 'no calls to a provider';
  return `${calls} ${calls === 1 ? 'call' : 'calls'} · ${shownCount(inputTokens + outputTokens)} tokens · ${shownMoney(costUsd)}`;
}

/** A part of a whole as a bar of characters. */
export function bar(part: number, characters = BAR_CHARACTERS): string {
  const full = Math.max(0, Math.min(characters, Math.round(part * characters)));
  return '█'.repeat(full) + '░'.repeat(characters - full);
}

/** A text of somebody else in a cell of a table. */
export function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\|`*<>[\]]/g, '\\$&');
}

/** Tokens and money have columns where a provider was asked: the pane of the UI is narrow. */
function stepLines(steps: readonly StepProgress[]): string[] {
  const isPaid = steps.some(({ usage }) => usage !== undefined && usage.calls > 0);
  const head = ['step', 'state', 'by', 'time', ...(isPaid ? ['tokens', 'cost'] : []), 'note'];
  const rows = steps.slice(0, MOST_ROWS).map((step) => rowOf(cellsOf(step, isPaid)));
  return [rowOf(head), `|${'---|'.repeat(head.length)}`, ...rows];
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cellsOf(step: StepProgress, isPaid: boolean): string[] {
  const { status, name, models, handler, durationSeconds, usage } = step;
  const called = usage !== undefined && usage.calls > 0;
  return [
    cell(name),
    `${MARKS[status]}\u00a0${status}`,
    cell(models?.join(', ') ?? (handler === 'model' ? '' : (handler ?? ''))),
    durationSeconds === undefined ? '' : shownSeconds(durationSeconds).replaceAll(' ', '\u00a0'),
    ...(isPaid
      ? [called ? shownCount(usage.inputTokens + usage.outputTokens) : '', called ? shownMoney(usage.costUsd) : '']
      : []),
    cell(noteOf(step)),
  ];
}

function noteOf({ status, error, reason, note, attempts = 0 }: StepProgress): string {
  const again = attempts > 1 ? [`${attempts} attempts`] : [];
  const why = status === 'failed' && error ? [error.type] : [];
  return [...why, ...(note === undefined ? [] : [note]), ...(reason === undefined ? [] : [reason]), ...again].join(
    '; ',
  );
}

function voteLines({ asked, valid, seats, ranking }: VoteProgress): string[] {
  const most = Math.max(...ranking.map(({ votes }) => votes));
  const rows = ranking.map(({ answer, votes }) => `| ${cell(answer)} | ${votes} | ${bar(votes / most)} |`);
  return [
    `**Votes**: ${valid} of ${seats} are in, ${asked} were asked`,
    '',
    '| answer | votes | |',
    '|---|---|---|',
    ...rows,
    ...APART,
  ];
}

function treeLines(tree: TreeProgress): string[] {
  const rows = (tree.levels ?? []).map(({ level, nodes, pruned, bestScore }) => {
    const score = bestScore === null ? '' : String(Number(bestScore.toPrecision(4)));
    return `| ${level} | ${nodes} | ${nodes - pruned} | ${pruned} | ${score} |`;
  });
  const table = ['| level | thoughts | kept | pruned | best score |', '|---|---|---|---|---|', ...rows, ...APART];
  return [`**Tree**: ${treeSentence(tree)}`, '', ...(rows.length > 0 ? table : [])];
}
