import { isContentReference } from '../../src/contracts/content';
import type { ShownNode } from '../../src/core/tree/search-result';
import { historyBytes } from '../helpers/history-bytes';
import { treeAnswers, TREE_PROMPTS } from '../helpers/scripted-tree';
import { closeTestServer } from '../helpers/test-server';
import { createTestWorld, withWorker } from '../helpers/test-world';

afterAll(closeTestServer);

/** Thoughts of each node and width of the beam: the least that makes a thousand nodes at depth 3. */
const WIDTH = 22;

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
