import type { Span } from '../../../src/client';
import { lanesOf } from '../../../src/report/model/lanes';
import { layoutGraph, layoutTree } from '../../../src/report/model/layout';
import { splitTime, union } from '../../../src/report/model/time-split';
import { ticksOf } from '../../../src/report/page/time-section';

const span = (given: Partial<Span>): Span => ({
  kind: 'model',
  type: 'callModel',
  models: ['gpt'],
  scheduledAt: 0,
  attempts: 1,
  outcome: 'completed',
  ...given,
});

test('every moment of the wall clock counts once, for the first kind that was busy', () => {
  const spans = [
    span({ scheduledAt: 1000, startedAt: 2000, endedAt: 5000 }),
    span({ kind: 'handler', type: 'classify', scheduledAt: 4000, startedAt: 4000, endedAt: 7000 }),
    span({ scheduledAt: 6000, startedAt: 8000, endedAt: 9000, attempts: 2 }),
    span({ kind: 'timer', type: 'timer', scheduledAt: 9000, endedAt: 9500 }),
  ];
  const split = splitTime(spans, { from: 0, to: 10_000 });
  expect(split).toEqual({ model: 4, handler: 2, inside: 0, values: 0, retry: 1, queue: 1, wait: 0.5, between: 1.5 });
  expect(Object.values(split).reduce((sum, seconds) => sum + seconds)).toBe(10);
});

test('what goes on counts up to now', () => {
  const open = span({ scheduledAt: 0, startedAt: 1000, outcome: 'open' });
  expect(splitTime([open], { from: 0, to: 3000 })).toMatchObject({ queue: 1, model: 2, between: 0 });
});

test('few spans have a row each, many are put together by what they belong to', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      span({ step: `members[${index}]`, scheduledAt: index, startedAt: index, endedAt: index + 10 }),
    );
  expect(lanesOf(many(3), 100).map(({ name }) => name)).toEqual(['members[0]', 'members[1]', 'members[2]']);
  const [lane, ...others] = lanesOf(many(200), 1000);
  expect(others).toEqual([]);
  expect(lane).toMatchObject({ name: 'members', spans: 200, pieces: [{ from: 0, to: 209, kind: 'model' }] });
});

test('intervals that touch are one', () => {
  expect(
    union([
      { from: 5, to: 7 },
      { from: 0, to: 2 },
      { from: 2, to: 3 },
      { from: 9, to: 9 },
    ]),
  ).toEqual([
    { from: 0, to: 3 },
    { from: 5, to: 7 },
  ]);
});

test('the ticks of an axis are round and few, for milliseconds as for days', () => {
  for (const seconds of [0.003, 0.9, 7, 61, 3600, 200_000]) {
    const ticks = ticksOf(seconds);
    expect(ticks.length).toBeGreaterThan(2);
    expect(ticks.length).toBeLessThanOrEqual(8);
    expect(ticks.at(-1)).toBeLessThanOrEqual(seconds);
  }
});

test('a graph is drawn whole, each step behind what it waits for', () => {
  const size = { width: 100, height: 40 };
  const edges = [
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'd'],
    ['a', 'd'],
  ] as const;
  const { boxes, lines, width, height } = layoutGraph(['a', 'b', 'c', 'd'], edges, size);
  const at = new Map(boxes.map((box) => [box.id, box]));
  for (const [from, to] of edges) expect(at.get(to)?.x).toBeGreaterThan(at.get(from)?.x ?? Infinity);
  for (const { x, y } of lines.flatMap(({ points }) => points)) {
    expect(x).toBeGreaterThan(0);
    expect(y).toBeGreaterThan(0);
    expect(x).toBeLessThan(width);
    expect(y).toBeLessThan(height);
  }
});

test('two thousand thoughts are laid out in a moment, and none on another', () => {
  const nodes = Array.from({ length: 2000 }, (_, id) => ({ id, parent: id === 0 ? null : Math.floor((id - 1) / 5) }));
  const started = performance.now();
  const { boxes } = layoutTree(nodes, { width: 170, height: 30 }, { across: 40, down: 6 });
  expect(performance.now() - started).toBeLessThan(2000);
  expect(new Set(boxes.map(({ x, y }) => `${x} ${y}`)).size).toBe(2000);
});
