import type { JsonValue } from '../../contracts/json';
import type { TreeOfThoughtResult } from '../../contracts/tree-of-thought.schema';
import { shownCount } from '../../core/shown-numbers';
import { html } from '../html';
import type { Content, Html } from '../html';
import { layoutTree } from '../model/layout';
import type { ReportModel } from '../model/report-model';
import { resolved } from '../texts';
import { drawingFigure } from '../page/drawing';
import type { BoxText } from '../page/drawing';
import { table } from '../page/parts';
import { shortText } from '../page/value';
import { CUT_WORDS } from './cut-words';
import { thoughtOutline } from './thought-outline';
import type { Thought } from './thought-outline';

/** Nodes that a drawing shows; of more, those that were cut are left out first. */
const MOST_DRAWN = 3000;
const LARGE = 120;
/** Nodes that a page holds at all. */
const MOST_TOLD = 20_000;

/** The tree as it grew: best path, scores, branches that were cut and why. */
export function treeView(model: ReportModel, result: TreeOfThoughtResult): Html {
  const { texts } = model;
  const { bestPath, levels = [], samples } = result;
  const nodes = nodesOf(result.tree, model);
  const isBest = bestNodes(nodes);
  const path = bestPath.slice(1).map((thought) => html`<li><bdi>${shortText(thought, texts, 400)}</bdi></li>`);
  const level = levels as unknown as { depth: number; candidates: number; kept: number; tie: boolean }[];
  return html`${
    path.length > 0
      ? html`<h3>The best path</h3>
          <ol class="best-path">
            ${path}
          </ol>`
      : ''
  }
  ${nodes.length > 1 ? drawing(nodes, isBest, model) : html`<p class="quiet">The tree itself is not here: ${notHere(result.tree)}.</p>`}
  ${cutTable(result.pruned ?? [])}
  ${
    level.length > 0
      ? html`<h3>Level by level</h3>
          ${levelTable(level)}`
      : ''
  }
  ${samples && samples.asked > 0 ? html`<p>${shownCount(samples.asked)} evaluations were asked for; ${samples.unparsed} of them could not be read.</p>` : ''}
  ${
    nodes.length > 1
      ? html`<h3>All thoughts</h3>
          ${thoughtOutline(nodes, isBest, model)}`
      : ''
  }`;
}

function nodesOf(tree: JsonValue, { texts }: ReportModel): Thought[] {
  const loaded = resolved(tree, texts) as { nodes?: unknown } | unknown[] | null;
  const list = Array.isArray(loaded) ? loaded : ((loaded as { nodes?: unknown } | null)?.nodes ?? []);
  return Array.isArray(list) ? grownOf(list.slice(0, MOST_TOLD) as Thought[]) : [];
}

/** Those that hang on the root, each once: what goes round in a circle would be drawn for ever. */
function grownOf(nodes: readonly Thought[]): Thought[] {
  const ids = new Set<number>();
  return nodes.filter((node) => {
    const { id, parent } = node;
    if (!Number.isInteger(id) || ids.has(id) || (parent === null ? ids.size > 0 : !ids.has(parent))) return false;
    ids.add(id);
    return true;
  });
}

function notHere(tree: JsonValue): string {
  const count = (tree as { count?: unknown } | null)?.count;
  return typeof count === 'number'
    ? `${shownCount(count)} nodes, too large to keep`
    : 'it was not in the store of this machine';
}

/** The ids of the best path: from the node that is the best or was verified up to the root. */
function bestNodes(nodes: readonly Thought[]): Set<number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ends = nodes.filter(({ status }) => status === 'best' || status === 'verified');
  const path = new Set<number>();
  let at = ends.reduce<Thought | undefined>(
    (deepest, node) => (!deepest || node.depth > deepest.depth ? node : deepest),
    undefined,
  );
  for (; at && !path.has(at.id); at = at.parent === null ? undefined : byId.get(at.parent)) path.add(at.id);
  return path;
}

function drawing(nodes: readonly Thought[], isBest: ReadonlySet<number>, { scope, texts }: ReportModel): Html {
  const drawn = nodes.length <= MOST_DRAWN ? nodes : fewer(nodes, isBest);
  const large = drawn.length > LARGE;
  const boxes = new Map<string, BoxText>(
    drawn.map((node) => {
      const { id, score, status, reason, thought } = node;
      const state = isBest.has(id) ? (status === 'verified' ? 'verified' : 'best') : status;
      const text = id === 0 ? `problem: ${shortText(thought, texts, 60)}` : shortText(thought, texts, 60);
      const scored = score === null || score === undefined ? '' : `score ${Number(score.toFixed(3))}`;
      const why = reason === undefined ? '' : (CUT_WORDS[reason] ?? reason);
      return [
        String(id),
        {
          id: String(id),
          title: text,
          lines: large ? [] : [[scored, why].filter((part) => part !== '').join(' · ') || state],
          state,
          href: `#${scope}thought-${id}`,
          label: `${text}: ${[state, scored, why].filter((part) => part !== '').join(', ')}`,
        },
      ];
    }),
  );
  const size = large ? { width: 170, height: 30 } : { width: 210, height: 48 };
  const left = nodes.length - drawn.length;
  return drawingFigure(
    `${scope}tree`,
    layoutTree(drawn, size, large ? { across: 40, down: 6 } : { across: 52, down: 12 }),
    boxes,
    {
      caption: `The tree: ${shownCount(drawn.length)} thoughts${left > 0 ? `, ${shownCount(left)} that were cut are left out` : ''}.`,
      best: new Set([...isBest].map(String)),
      legend: html`★ the best path, ✂ cut, ○ could have been gone on from.`,
    },
  );
}

function fewer(nodes: readonly Thought[], isBest: ReadonlySet<number>): Thought[] {
  const parents = new Set(nodes.flatMap(({ parent }) => (parent === null ? [] : [parent])));
  const needed = nodes.filter(({ id, status }) => isBest.has(id) || status !== 'pruned' || parents.has(id));
  const ids = new Set(needed.slice(0, MOST_DRAWN).map(({ id }) => id));
  return nodes.filter(({ id }) => ids.has(id));
}

function cutTable(pruned: NonNullable<TreeOfThoughtResult['pruned']>): Content {
  const counts = new Map<string, number>();
  for (const { reason, count = 1 } of pruned) counts.set(reason, (counts.get(reason) ?? 0) + count);
  if (counts.size === 0) return '';
  const rows = [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([reason, count]) => [CUT_WORDS[reason] ?? reason, html`<code>${reason}</code>`, count]);
  const columns = [{ name: 'Why' }, { name: 'Reason' }, { name: 'Branches', numeric: true }];
  return html`<h3>What was cut</h3>
    ${table('What was cut, by reason', columns, rows)}`;
}

function levelTable(levels: readonly { depth: number; candidates: number; kept: number; tie: boolean }[]): Html {
  const columns = [
    { name: 'Level' },
    { name: 'Candidates', numeric: true },
    { name: 'Kept', numeric: true },
    { name: 'At the edge' },
  ];
  const rows = levels.map(({ depth, candidates, kept, tie }) => [
    depth,
    candidates,
    kept,
    tie ? 'a tie, broken by order' : '',
  ]);
  return table('Level by level', columns, rows);
}
