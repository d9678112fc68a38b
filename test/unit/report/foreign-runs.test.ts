import type { RunRecord } from '../../../src/client';
import type { JsonValue } from '../../../src/contracts/json';
import { PATTERNS } from '../../../src/contracts/names';
import { compareRuns } from '../../../src/report/compare/compare-runs';
import { markupOf } from '../../../src/report/html';
import { layoutGraph } from '../../../src/report/model/layout';
import { buildReport } from '../../../src/report/model/report-model';
import { runMain } from '../../../src/report/page/run-page';
import type { Texts } from '../../../src/report/texts';
import { resolved } from '../../../src/report/texts';
import { largeTree } from '../../helpers/large-tree';
import { processorTime } from '../../helpers/processor-time';

const counts = { calls: 1, cutCalls: 0, inputTokens: 1, outputTokens: 1, costUsd: 0, journalHits: 0, cacheHits: 0 };
const usage = { ...counts, byModel: { gpt: counts }, byStep: { a: counts } };
const step = {
  name: 'a',
  status: 'completed',
  handler: 'h',
  models: ['gpt'],
  startedAt: '2026-01-01T00:00:00Z',
  usage,
};
const done = { stepName: 'a', status: 'completed', output: 'x', durationSeconds: 1, attempts: 2, models: ['gpt'] };
const decision = { outcome: 'decided', ranking: [], votes: {}, saved: { calls: 1, cancelledCalls: 0, costUsd: 0 } };

/** A run of any pattern, told so that every part of its page has something to tell. */
function foreign(pattern: (typeof PATTERNS)[number]): Record<string, unknown> {
  return {
    envelope: {
      workflowId: 'one',
      runId: 'r',
      pattern,
      status: 'running',
      result: {
        ...{ usage, partial: false, results: { a: done }, output: 'x', summary: { items: 1, completed: 1, failed: 0 } },
        ...{ individualResults: [{ member: 0, sample: 0, status: 'valid' }], failures: [], aggregationMethod: 'm' },
        ...{ decision: { ...decision, order: ['gpt'], scores: [], excluded: [] }, modelUsed: 'gpt', reason: 'so' },
        ...{
          cascadeResults: [{ model: 'gpt', output: 'x', accepted: true }],
          bestPath: ['p'],
          pruned: [],
          bestScore: 1,
        },
        ...{ chainResults: [{ step: 'a', prompt: 'p', response: 'r' }], tree: { nodes: [{ id: 0, parent: null }] } },
        budget: {
          caps: { usd: 1 },
          settled: { usd: 0 },
          unknown: { usd: 0 },
          reserved: { usd: 0 },
          refused: 0,
          unused: {},
        },
      },
    },
    input: { steps: [], stages: [{ model: 'gpt', accept: { score: 1 } }], items: [1], event: { type: 't' } },
    progress: {
      pattern,
      definition: 'd',
      status: 'running',
      startedAt: 'x',
      steps: [step],
      usage,
      events: {},
      batch: {},
    },
    plan: { results: { a: done }, parents: { a: ['a'] } },
    deadLetters: { letters: [{ id: 'l', reason: 'failed', event: { type: 't' }, at: 'now' }], chunks: [{ count: 1 }] },
  };
}

const STRANGE: readonly unknown[] = [null, Infinity, 'x', [null], { x: null }, JSON.parse('{"__proto__":1}')];
/** How many of them stand in a place on the page of one pattern: all with `npm run prove -- pages`. */
const IN_A_PLACE = Number(process.env['CADENZA_PROVE_PAGES'] ?? 2);

/**
 * The same with one value replaced, for each place in it. The strange ones take turns from place to place and from
 * pattern to pattern, so that each stands in each place on the page of some pattern.
 */
function* spoiled(value: unknown, turn: { next: number }): Generator<unknown> {
  for (let count = 0; count < IN_A_PLACE; count += 1) yield STRANGE[(turn.next + count) % STRANGE.length];
  turn.next += 1;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const one of spoiled(inner, turn)) yield Array.isArray(value) ? [one] : { ...value, [key]: one };
  }
}

const rest = { runId: 'r', tenant: '_', startedAt: 0, spans: [], history: { events: 1, runs: 1, complete: true } };

function pageOf(record: object, texts: Texts = new Map()): string {
  const model = buildReport({ ...rest, ...record } as unknown as RunRecord, texts, 1000);
  return markupOf(runMain(model, { inside: () => '/x' }));
}

test.each(PATTERNS)('whatever a %s of somebody else answers, it has a page', (pattern) => {
  const whole = foreign(pattern);
  let pages = 0;
  const turn = { next: PATTERNS.indexOf(pattern) };
  for (const part of ['progress', 'plan', 'deadLetters', 'input']) {
    for (const value of spoiled(whole[part], turn)) {
      expect(pageOf({ ...whole, [part]: value })).toContain('How it was decided');
      pages += 1;
    }
  }
  const envelope = whole['envelope'] as { result: unknown };
  for (const result of spoiled(envelope.result, turn)) {
    expect(pageOf({ ...whole, progress: undefined, envelope: { ...envelope, result } })).toContain('The input');
    pages += 1;
  }
  expect(pages).toBeGreaterThan(150);
});

test('a run that tells what it should is told without an excuse', () => {
  expect(pageOf(largeTree(20))).not.toContain('has not the shape');
  const whole = { ...foreign('pipeline'), plan: { results: { a: done }, parents: { a: [] } } };
  expect(pageOf(whole)).not.toContain('has not the shape');
  expect(pageOf({ ...whole, plan: { results: {}, parents: 7 } })).toContain('How it was decided');
});

test('a tree that goes round in a circle is drawn once', () => {
  const record = largeTree(3);
  const tree = {
    nodes: [
      { id: 0, parent: null },
      { id: 1, parent: 0 },
      { id: 0, parent: 1 },
      { id: 9, parent: 9 },
    ],
  };
  const nodes = tree.nodes.map((node) => ({ ...node, thought: `t${node.id}`, score: 1, status: 'open', depth: 0 }));
  const result = { ...(record.envelope.result as object), tree: { nodes } } as unknown as JsonValue;
  const page = pageOf({ ...record, envelope: { ...record.envelope, result } });
  expect(page.match(/id="thought-\d"/g)).toEqual(['id="thought-0"', 'id="thought-1"']);
});

test('150,000 steps and thoughts are told as far as a page can hold them', () => {
  const steps = Array.from({ length: 150_000 }, (_, index) => ({ name: `s${index}`, status: 'pending' }));
  const page = pageOf({ ...foreign('pipeline'), progress: { steps, usage }, plan: { parents: {}, results: {} } });
  expect(page.length).toBeLessThan(10_000_000);
  const tree = pageOf(largeTree(150_000));
  expect(tree.length).toBeLessThan(20_000_000);
});

test('the graph of as many steps and lines as a pipeline may have is laid out at once, each behind what it waits for', () => {
  const names = Array.from({ length: 500 }, (_, index) => `s${index}`);
  const edges = names.flatMap((name, index) => names.slice(0, index).map((from): [string, string] => [from, name]));
  const started = processorTime();
  const { boxes, lines, width, height } = layoutGraph(names, edges, { width: 190, height: 62 });
  expect(processorTime() - started).toBeLessThan(5_000);
  const at = new Map(boxes.map((box) => [box.id, box]));
  expect(edges.every(([from, to]) => (at.get(from)?.x ?? Infinity) < (at.get(to)?.x ?? -Infinity))).toBe(true);
  expect(new Set(boxes.map(({ x, y }) => `${x} ${y}`)).size).toBe(500);
  const points = lines.flatMap((line) => line.points);
  expect(points.every(({ x, y }) => x > 0 && x < width && y > 0 && y < height)).toBe(true);
});

test('steps that wait for each other in a circle are laid out too, small and large', () => {
  for (const count of [3, 400]) {
    const names = Array.from({ length: count }, (_, index) => `s${index}`);
    const edges = names.map((name, index): [string, string] => [name, names[(index + 1) % count] ?? '']);
    expect(layoutGraph(names, edges, { width: 190, height: 62 }).boxes).toHaveLength(count);
  }
});

test('two long answers with nothing in common are compared at once', () => {
  const model = (text: string) =>
    buildReport(
      {
        ...rest,
        ...foreign('ensemble'),
        envelope: { status: 'completed', pattern: 'ensemble', result: { aggregatedResult: text, usage } },
      } as never,
      new Map(),
      0,
    );
  const [first, second] = [model('ab '.repeat(6_000)), model('cd '.repeat(6_000))];
  const started = processorTime();
  const { output, sameOutput } = compareRuns(first, second);
  expect(processorTime() - started).toBeLessThan(5_000);
  expect([sameOutput, output.map(({ in: where }) => where)]).toEqual([false, ['first', 'second']]);
});

test('a few stored values that name each other over and over come to an end', () => {
  const reference = (index: number) =>
    ({ ref: `sha256:${String(index).padStart(64, '0')}`, bytes: 9, mediaType: 'application/json' }) as const;
  const texts: Texts = new Map(
    Array.from({ length: 30 }, (_, index) => [
      reference(index).ref,
      { value: Array<JsonValue>(10).fill(reference(index + 1)), size: 9 },
    ]),
  );
  const started = processorTime();
  expect(JSON.stringify(resolved(reference(0), texts)).length).toBeGreaterThan(1_000);
  const page = pageOf({ ...foreign('pipeline'), input: { input: reference(0) } }, texts);
  expect(page.length).toBeLessThan(12_000_000);
  expect(processorTime() - started).toBeLessThan(5_000);
});
