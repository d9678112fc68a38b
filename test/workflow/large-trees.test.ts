import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { isContentReference } from '../../src/contracts/content';
import type { ShownNode } from '../../src/core/tree/search-result';
import { gameInput, gamePuzzles, isSolution } from '../helpers/game-of-24';
import { treeAnswers, TREE_PROMPTS } from '../helpers/scripted-tree';
import { startSimulatedModel } from '../helpers/simulated-model';
import { closeTestServer } from '../helpers/test-server';
import { createTestWorld, withWorker } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

afterAll(closeTestServer);

/** Thoughts of each node and width of the beam: the least that makes a thousand nodes at depth 3. */
const WIDTH = 22;

/** Bytes of history of a run and of those that it has carried on from, so many of them at least. */
async function historyBytes(world: Awaited<ReturnType<typeof createTestWorld>>, workflowId: string, runs = 1) {
  const listed = async () => {
    const found: { runId: string }[] = [];
    const query = `WorkflowId = '${workflowId}'`;
    for await (const { runId } of world.cadenza.temporal.workflow.list({ query })) found.push({ runId });
    return found;
  };
  // The list lags behind the runs.
  await waitUntil(async () => (await listed()).length >= runs);
  const sizes = (await listed()).map(async ({ runId }) => {
    const { historySize = 0 } = await world.cadenza.temporal.workflow.getHandle(workflowId, runId).describe();
    return historySize;
  });
  return Promise.all(sizes);
}

test('a tree of a thousand nodes carries on as new, and its result refers to the whole of it', async () => {
  const world = await createTestWorld();
  try {
    const filler = 'and so on '.repeat(15);
    world.models.script(
      treeAnswers({
        thoughts: (way) =>
          Array.from(
            { length: WIDTH },
            (_, index) => `${way.length}.${index} of ${way.at(-1)?.slice(0, 30) ?? ''} ${filler}`,
          ),
        score: (way) => ((way.at(-1) ?? '').length % 10) / 10,
      }),
    );
    await withWorker(world, async () => {
      const shape = { numBranches: WIDTH, beamWidth: WIDTH, depth: 3 };
      const run = await world.cadenza.start('treeOfThought', { problem: 'P', ...TREE_PROMPTS, ...shape });
      const { tree, finalSolution, samples, usage } = await run.result();
      expect(isContentReference(tree)).toBe(true);
      const { nodes } = JSON.parse(await world.cadenza.readContent(tree as never)) as { nodes: ShownNode[] };
      expect(nodes).toHaveLength(1 + WIDTH + 2 * WIDTH ** 2);
      expect(nodes.map(({ id }) => id)).toEqual(nodes.map((_, index) => index));
      const asked = WIDTH + 2 * WIDTH ** 2;
      expect(samples).toEqual({ asked, unparsed: 0 });
      expect(usage.calls).toBe(asked + 1 + 2 * WIDTH);
      expect(finalSolution).toContain('2.');
      const sizes = await historyBytes(world, run.workflowId, 2);
      expect(Math.max(...sizes)).toBeLessThan(4 * 1024 * 1024);
    });
  } finally {
    await world.close();
  }
}, 400_000);

test('the Game of 24 at b = 5 is solved, and a tree of depth 4 leaves less than a megabyte of history', async () => {
  const model = await startSimulatedModel('--quirks');
  const world = await createTestWorld();
  try {
    const registry = path.join(world.folder, 'models.yaml');
    const provider = { type: 'openai', baseUrl: model.url, samplesPerRequest: 20 };
    const models = { gpt: { provider: 'simulated', model: 'gpt-4', price: { input: 30, output: 60 } } };
    await writeFile(registry, stringify({ providers: { simulated: provider }, models, tasks: { generation: 'gpt' } }));
    await withWorker(world, async () => {
      const puzzles = gamePuzzles().slice(0, 2);
      const solved = puzzles.map(async (puzzle) => {
        const { finalSolution, verified } = await (
          await world.cadenza.start('treeOfThought', gameInput(puzzle))
        ).result();
        return { puzzle, verified, right: isSolution(puzzle, String(finalSolution)) };
      });
      expect(await Promise.all(solved)).toEqual(puzzles.map((puzzle) => ({ puzzle, verified: true, right: true })));

      const deep = { ...gameInput('1 1 2 3 7'), depth: 4, isGoal: undefined, answer: undefined };
      const run = await world.cadenza.start('treeOfThought', deep);
      const { tree } = (await run.result()) as unknown as { tree: { nodes: ShownNode[] } };
      expect(Math.max(...tree.nodes.map(({ depth }) => depth))).toBe(4);
      const sizes = await historyBytes(world, run.workflowId);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1024 * 1024);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(10_000);
    });
  } finally {
    await world.close();
    await model.close();
  }
}, 120_000);
