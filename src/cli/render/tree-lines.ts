import { isContentReference } from '../../contracts/content';
import type { JsonObject, JsonValue } from '../../contracts/json';
import type { TreeOfThoughtResult } from '../../contracts/tree-of-thought.schema';
import type { ShownNode } from '../../core/tree/search-result';
import { cleanLine } from './clean-text';
import type { ResultOptions } from './document-result';
import { column, fit, widthOf, wrapped } from './layout';
import { counted } from './numbers';

/** Most lines of the drawn tree: `--json` has all of it. */
const MOST_LINES = 30;
const SCORE_COLUMNS = 8;

const ENDS: Record<string, string> = {
  goal: 'ended at a verified solution',
  depth: 'ended at its depth',
  exhausted: 'ended with nothing left to expand',
  max_states: 'ended at maxStates',
  no_thoughts: 'ended without thoughts',
  all_failed: 'ended as every branch failed',
  stopped: 'was stopped',
  running: 'has not ended',
};

/** How a tree came to its solution: the way to it with what stood beside it, scores, and what was pruned and why. */
export function treeDecisionLines(result: TreeOfThoughtResult, options: ResultOptions): string[] {
  const { columns, paint } = options;
  const { ended, verified, pruned = [], unexplored = [], samples } = result;
  const nodes = nodesOf(result.tree);
  const facts = [
    `The search ${ENDS[ended ?? ''] ?? 'ended'}`,
    ...(nodes ? [counted(nodes.length, 'node')] : []),
    ...(pruned.length > 0 ? [`pruned: ${reasonsOf(pruned)}`] : []),
    ...(unexplored.length > 0 ? [`${unexplored.length} not explored`] : []),
    ...(samples && samples.unparsed > 0 ? [`${samples.unparsed} of ${samples.asked} samples could not be parsed`] : []),
  ];
  const solved = verified ? [`  ${paint.green('✓')} The solution was verified.`] : [];
  return [...wrapped(facts.join('; '), columns, 2), ...solved, ...drawing(result, nodes, options)];
}

function drawing({ bestPath }: TreeOfThoughtResult, nodes: ShownNode[] | undefined, options: ResultOptions): string[] {
  if (!nodes)
    return bestPath.map((thought, depth) => fit(`  ${'   '.repeat(depth)}${shownThought(thought)}`, options.columns));
  const [root] = nodes;
  if (!root) return [];
  const best = new Set(bestIds(nodes));
  const lines = [`  ${shownThought(root.thought)}`, ...below(root, '  ', { nodes, best, options })];
  const over = lines.length - MOST_LINES;
  return over > 0 ? [...lines.slice(0, MOST_LINES), `  and ${counted(over, 'more line')}`] : lines;
}

type Drawn = { nodes: readonly ShownNode[]; best: ReadonlySet<number>; options: ResultOptions };

/** The children of a node that is on the best path: those that were not pruned, then how many were. */
function below(parent: ShownNode, indent: string, drawn: Drawn): string[] {
  const children = drawn.nodes.filter((node) => node.parent === parent.id);
  const shown = children.filter(({ status, id }) => status !== 'pruned' || drawn.best.has(id));
  const cut = children.filter((node) => !shown.includes(node));
  const rows = shown.flatMap((node, index) => {
    const isLast = index === shown.length - 1 && cut.length === 0;
    const line = nodeLine(node, `${indent}${isLast ? '└─' : '├─'} `, drawn);
    return drawn.best.has(node.id) ? [line, ...below(node, `${indent}${isLast ? '   ' : '│  '}`, drawn)] : [line];
  });
  const { paint, columns } = drawn.options;
  const left = `${indent}└─ ${cut.length} pruned: ${reasonsOf(cut.map(({ reason = 'cut' }) => ({ reason })))}`;
  return cut.length > 0 ? [...rows, paint.dim(fit(left, columns))] : rows;
}

function nodeLine({ id, thought, score, status, failure }: ShownNode, start: string, { best, options }: Drawn): string {
  const { columns, paint } = options;
  const room = Math.max(8, columns - widthOf(start) - SCORE_COLUMNS - 1);
  const failed = failure ? ` (${failure.type})` : '';
  const text = column(`${shownThought(thought)}${failed}`, room);
  const mark = status === 'verified' ? ' ✓' : '';
  const shownScore = score === null ? '' : String(Number(score.toPrecision(4)));
  const line = `${text} ${fit(`${shownScore}${mark}`, SCORE_COLUMNS)}`.trimEnd();
  return start + (best.has(id) ? paint.bold(line) : line);
}

/** From the leaf that the result answers with to the root. */
function bestIds(nodes: readonly ShownNode[]): number[] {
  const leaves = nodes.filter(({ status }) => status === 'best' || status === 'verified');
  const ids: number[] = [];
  const last = leaves.find(({ status }) => status === 'verified') ?? leaves.at(-1);
  for (let at: ShownNode | undefined = last; at; at = at.parent === null ? undefined : nodes[at.parent])
    ids.push(at.id);
  return ids;
}

function reasonsOf(pruned: readonly { reason: string; count?: number | undefined }[]): string {
  const counts = new Map<string, number>();
  for (const { reason, count = 1 } of pruned) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return [...counts].map(([reason, count]) => `${count} ${reason.replace(/_/g, ' ')}`).join(', ');
}

function nodesOf(tree: JsonValue): ShownNode[] | undefined {
  if (typeof tree !== 'object' || tree === null || isContentReference(tree)) return undefined;
  const { nodes } = tree as JsonObject;
  return Array.isArray(nodes) ? (nodes as unknown as ShownNode[]) : undefined;
}

function shownThought(thought: JsonValue): string {
  if (isContentReference(thought)) return `(a text of ${thought.bytes} bytes)`;
  return cleanLine(typeof thought === 'string' ? thought : JSON.stringify(thought));
}
