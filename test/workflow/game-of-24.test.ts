import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ContentReference } from '../../src/contracts/content';
import type { ReferenceLevel } from '../../src/contracts/tree-call';
import type { ShownNode } from '../../src/core/tree/search-result';
import { gameInput, gamePuzzles, isSolution } from '../helpers/game-of-24';
import { historyBytes } from '../helpers/history-bytes';
import type { SimulatedModel } from '../helpers/simulated-model';
import { startSimulatedModel } from '../helpers/simulated-model';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld } from '../helpers/test-world';

type Step = { new_ys: string[]; values: number[]; select_new_ys: string[] };
type Trace = { puzzles: { x: string; steps: Step[]; usage_so_far: object }[] };

const FIXTURES = path.join(__dirname, '../fixtures/game-of-24');

let models: SimulatedModel[];
let world: TestWorld;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  // One for each trace: what it answers depends on how often it was asked.
  models = await Promise.all([['--quirks'], [], ['--quirks']].map((options) => startSimulatedModel(...options)));
  const names = ['gpt', 'plain', 'quirks'];
  const each = <T>(make: (name: string, index: number) => T) =>
    Object.fromEntries(names.map((name, index) => [name, make(name, index)]));
  world = await createTestWorld({
    registry: () => ({
      providers: each((_, index) => ({ type: 'openai', baseUrl: models[index]?.url, samplesPerRequest: 20 })),
      models: each((provider) => ({ provider, model: 'gpt-4', price: { input: 30, output: 60 } })),
      tasks: { generation: 'gpt' },
    }),
  });
  stopWorker = await serveWorld(world);
});
afterAll(async () => {
  await stopWorker();
  await world.close();
  await Promise.all(models.map((model) => model.close()));
  await closeTestServer();
});

test('at b = 5 it is solved', async () => {
  const puzzles = gamePuzzles().slice(0, 2);
  const solved = puzzles.map(async (puzzle) => {
    const { finalSolution, verified } = await (await world.cadenza.start('treeOfThought', gameInput(puzzle))).result();
    return { puzzle, verified, right: isSolution(puzzle, String(finalSolution)) };
  });
  expect(await Promise.all(solved)).toEqual(puzzles.map((puzzle) => ({ puzzle, verified: true, right: true })));
}, 60_000);

test('a tree of depth 4 leaves less than a megabyte of history', async () => {
  const deep = { ...gameInput('1 1 2 3 7'), depth: 4, isGoal: undefined, answer: undefined };
  const run = await world.cadenza.start('treeOfThought', deep);
  const { tree } = (await run.result()) as unknown as { tree: { nodes: ShownNode[] } };
  expect(Math.max(...tree.nodes.map(({ depth }) => depth))).toBe(4);
  const bytes = (await historyBytes(world, run.workflowId)).reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeLessThan(1024 * 1024);
  expect(bytes).toBeGreaterThan(10_000);
}, 60_000);

test.each([
  ['tot-trace.json', 'plain'],
  ['tot-trace-quirks.json', 'quirks'],
])(
  'mode reference takes the steps of %s, with one cache of values over its puzzles',
  async (name, model) => {
    const { puzzles } = JSON.parse(readFileSync(path.join(FIXTURES, name), 'utf8')) as Trace;
    let valueCache: ContentReference | undefined;
    for (const { x, steps } of puzzles.slice(0, 2)) {
      const game = gameInput(x);
      const [generate, evaluate] = [game.generate, game.evaluate].map((role) => ({ ...role, model }));
      const input = { ...game, generate, evaluate, mode: 'reference', depth: steps.length, valueCache } as typeof game;
      const { tree, verified } = await (await world.cadenza.start('treeOfThought', input)).result();
      const own = tree as unknown as { steps: ReferenceLevel['step'][]; valueCache: ContentReference };
      valueCache = own.valueCache;
      expect(verified).toBe(false);
      expect(own.steps.map(({ newYs, values, selected }) => ({ newYs, values, selected }))).toEqual(
        steps.map(({ new_ys, values, select_new_ys }) => ({ newYs: new_ys, values, selected: select_new_ys })),
      );
    }
  },
  60_000,
);
