import { Graph, layout } from '@dagrejs/dagre';
import { hierarchy, tree } from 'd3-hierarchy';
import { layoutLayers } from './layered-layout';

/** A box of a drawing: its middle and its size, in pixels. */
export type Box = { id: string; x: number; y: number; width: number; height: number };
export type Line = { from: string; to: string; points: { x: number; y: number }[] };
export type Drawing = { width: number; height: number; boxes: Box[]; lines: Line[] };

const MARGIN = 16;

/**
 * Lines that dagre lays out: for some hundreds it takes a second, for a few thousand minutes, in which nothing else of
 * the program runs.
 */
const MOST_LINES = 120;

/** Graphs that were laid out: one that goes on is asked for every second, and keeps its form. */
const known = new Map<string, Drawing>();
const MOST_KNOWN = 20;

/** A graph of steps from left to right, each behind all that it waits for. */
export function layoutGraph(
  nodes: readonly string[],
  edges: readonly (readonly [from: string, to: string])[],
  size: { width: number; height: number },
): Drawing {
  const key = JSON.stringify([nodes, edges, size]);
  const drawing = known.get(key) ?? laidOut(nodes, edges, size);
  known.delete(key);
  known.set(key, drawing);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return drawing;
}

/** Layers after Sugiyama: by dagre, which leads lines round boxes, where there are few; in plain columns else. */
function laidOut(
  nodes: readonly string[],
  edges: readonly (readonly [from: string, to: string])[],
  size: { width: number; height: number },
): Drawing {
  if (edges.length > MOST_LINES || nodes.length > MOST_LINES) {
    const { boxes, lines } = layoutLayers(nodes, edges, size);
    return within(boxes, lines);
  }
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 20, ranksep: 56, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of nodes) graph.setNode(id, { ...size });
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
  const boxes = nodes.map((id) => ({ id, ...size, ...(graph.node(id) as { x: number; y: number }) }));
  const lines = graph.edges().map(({ v, w }: { v: string; w: string }) => {
    const { points = [] } = graph.edge({ v, w }) as { points?: { x: number; y: number }[] };
    return { from: v, to: w, points };
  });
  return within(boxes, lines);
}

/** Moved so that all of it is inside: lines may lead round boxes, beyond what the layout says is its size. */
function within(boxes: readonly Box[], lines: readonly Line[]): Drawing {
  const points = [
    ...boxes.flatMap(({ x, y, width, height }) => [
      { x: x - width / 2, y: y - height / 2 },
      { x: x + width / 2, y: y + height / 2 },
    ]),
    ...lines.flatMap((line) => line.points),
  ];
  const [left, right] = rangeOf(points.map(({ x }) => x));
  const [top, bottom] = rangeOf(points.map(({ y }) => y));
  const dx = MARGIN - left;
  const dy = MARGIN - top;
  const moved = <P extends { x: number; y: number }>(point: P): P => ({ ...point, x: point.x + dx, y: point.y + dy });
  return {
    width: right + dx + MARGIN,
    height: bottom + dy + MARGIN,
    boxes: boxes.map(moved),
    lines: lines.map((line) => ({ ...line, points: line.points.map(moved) })),
  };
}

/** Of any number of numbers: as arguments of one call there may not be a hundred thousand. */
function rangeOf(numbers: readonly number[]): [least: number, most: number] {
  return numbers.reduce(([least, most], one) => [Math.min(least, one), Math.max(most, one)], [Infinity, -Infinity]);
}

/** A tree from left to right (Reingold and Tilford's tidy tree, by d3). The first node is the root, parents come first. */
export function layoutTree(
  nodes: readonly { id: number; parent: number | null }[],
  size: { width: number; height: number },
  gap: { across: number; down: number },
): Drawing {
  type Item = { id: number; children: Item[] };
  const items = new Map<number, Item>(nodes.map(({ id }) => [id, { id, children: [] }]));
  for (const { id, parent } of nodes) {
    const item = items.get(id);
    if (item && parent !== null) items.get(parent)?.children.push(item);
  }
  const [first] = nodes;
  const root = first && items.get(first.id);
  if (!root) return { width: 0, height: 0, boxes: [], lines: [] };
  const placed = tree<Item>()
    .nodeSize([size.height + gap.down, size.width + gap.across])
    .separation(() => 1)(hierarchy(root));
  const all = placed.descendants();
  const top = all.reduce((least, { x }) => Math.min(least, x), Infinity);
  const bottom = all.reduce((most, { x }) => Math.max(most, x), -Infinity);
  const right = all.reduce((most, { y }) => Math.max(most, y), 0);
  const at = ({ x, y }: { x: number; y: number }) => ({
    x: y + size.width / 2 + MARGIN,
    y: x - top + size.height / 2 + MARGIN,
  });
  return {
    width: right + size.width + 2 * MARGIN,
    height: bottom - top + size.height + 2 * MARGIN,
    boxes: all.map((node) => ({ id: String(node.data.id), ...at(node), ...size })),
    lines: placed.links().map(({ source, target }) => {
      const [start, end] = [at(source), at(target)];
      const points = [
        { x: start.x + size.width / 2, y: start.y },
        { x: end.x - size.width / 2, y: end.y },
      ];
      return { from: String(source.data.id), to: String(target.data.id), points };
    }),
  };
}
