import type { Box, Line } from './layout';

type Edge = readonly [from: string, to: string];
type Size = { width: number; height: number };

const GAP = { across: 72, down: 20 };
const SWEEPS = 4;

/**
 * A graph of steps in columns, each step one column behind the last that it waits for, beside what it belongs to. Takes
 * time by the number of its lines alone, where a layout that leads lines round boxes takes minutes for a few thousand.
 */
export function layoutLayers(
  nodes: readonly string[],
  edges: readonly Edge[],
  size: Size,
): { boxes: Box[]; lines: Line[] } {
  const before = new Map(nodes.map((node): [string, string[]] => [node, []]));
  for (const [from, to] of edges) before.get(to)?.push(from);
  const ranks = ranksOf(nodes, edges);
  const columns: string[][] = [];
  for (const node of nodes) (columns[ranks.get(node) ?? 0] ??= []).push(node);
  const rows = rowsOf(columns, before);
  const boxes = nodes.map((id) => ({
    id,
    ...size,
    x: (ranks.get(id) ?? 0) * (size.width + GAP.across),
    y: (rows.get(id) ?? 0) * (size.height + GAP.down),
  }));
  const places = new Map(boxes.map((box) => [box.id, box]));
  const lines = edges.flatMap(([from, to]) => {
    const [start, end] = [places.get(from), places.get(to)];
    return start && end ? [{ from, to, points: pointsOf(start, end) }] : [];
  });
  return { boxes, lines };
}

/** The column of each node. Where nodes wait for each other in a circle, the first of them goes before the rest. */
function ranksOf(nodes: readonly string[], edges: readonly Edge[]): Map<string, number> {
  const after = new Map(nodes.map((node): [string, string[]] => [node, []]));
  const waits = new Map(nodes.map((node) => [node, 0]));
  for (const [from, to] of edges) {
    after.get(from)?.push(to);
    waits.set(to, (waits.get(to) ?? 0) + 1);
  }
  const ranks = new Map<string, number>();
  const reached = new Map<string, number>();
  const ready = nodes.filter((node) => waits.get(node) === 0);
  for (const start of [...ready, ...nodes]) {
    const queue = [start];
    for (const node of queue) {
      if (ranks.has(node)) continue;
      const rank = reached.get(node) ?? 0;
      ranks.set(node, rank);
      for (const next of after.get(node) ?? []) {
        reached.set(next, Math.max(reached.get(next) ?? 0, rank + 1));
        const left = (waits.get(next) ?? 0) - 1;
        waits.set(next, left);
        if (left === 0) queue.push(next);
      }
    }
  }
  return ranks;
}

/** The row of each node, columns in their middle: by the mean of what it waits for, so that lines cross less. */
function rowsOf(columns: string[][], before: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const rows = new Map<string, number>();
  const place = (column: readonly string[]) =>
    column.forEach((node, index) => rows.set(node, index - (column.length - 1) / 2));
  columns.forEach(place);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const column of columns) {
      const means = new Map(column.map((node) => [node, meanOf(before.get(node) ?? [], rows) ?? rows.get(node) ?? 0]));
      column.sort((one, other) => (means.get(one) ?? 0) - (means.get(other) ?? 0));
      place(column);
    }
  }
  return rows;
}

function meanOf(nodes: readonly string[], rows: ReadonlyMap<string, number>): number | undefined {
  return nodes.length === 0 ? undefined : nodes.reduce((sum, node) => sum + (rows.get(node) ?? 0), 0) / nodes.length;
}

/** From the right of one box to the left of the other; a line past other columns bends over what stands there. */
function pointsOf(start: Box, end: Box): Line['points'] {
  const from = { x: start.x + start.width / 2, y: start.y };
  const to = { x: end.x - end.width / 2, y: end.y };
  const columns = Math.round((end.x - start.x) / (start.width + GAP.across));
  if (columns === 1) return [from, to];
  const over = Math.min(start.y, end.y) - start.height / 2 - GAP.down - 4 * Math.abs(columns);
  return [from, { x: (from.x + to.x) / 2, y: over }, to];
}
