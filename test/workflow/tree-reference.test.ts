import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import type { ContentReference } from '../../src/contracts/content';
import type { ReferenceLevel } from '../../src/contracts/tree-call';
import { gameInput } from '../helpers/game-of-24';
import { startSimulatedModel } from '../helpers/simulated-model';
import { closeTestServer } from '../helpers/test-server';
import { createTestWorld, withWorker } from '../helpers/test-world';

type Step = { new_ys: string[]; values: number[]; select_new_ys: string[] };
type Trace = { puzzles: { x: string; steps: Step[]; usage_so_far: object }[] };

const FIXTURES = path.join(__dirname, '../fixtures/game-of-24');

afterAll(closeTestServer);

test.each([
  ['tot-trace.json', []],
  ['tot-trace-quirks.json', ['--quirks']],
])(
  'mode reference takes the steps of %s, with one cache of values over its puzzles',
  async (name, options) => {
    const { puzzles } = JSON.parse(readFileSync(path.join(FIXTURES, name), 'utf8')) as Trace;
    const model = await startSimulatedModel(...options);
    const world = await createTestWorld();
    try {
      const provider = { type: 'openai', baseUrl: model.url, samplesPerRequest: 20 };
      const models = { gpt: { provider: 'simulated', model: 'gpt-4' } };
      const registry = { providers: { simulated: provider }, models, tasks: { generation: 'gpt' } };
      await writeFile(path.join(world.folder, 'models.yaml'), stringify(registry));
      await withWorker(world, async () => {
        let valueCache: ContentReference | undefined;
        for (const { x, steps } of puzzles.slice(0, 2)) {
          const input = { ...gameInput(x), mode: 'reference' as const, depth: steps.length, valueCache };
          const { tree, verified } = await (await world.cadenza.start('treeOfThought', input)).result();
          const own = tree as unknown as { steps: ReferenceLevel['step'][]; valueCache: ContentReference };
          valueCache = own.valueCache;
          expect(verified).toBe(false);
          expect(own.steps.map(({ newYs, values, selected }) => ({ newYs, values, selected }))).toEqual(
            steps.map(({ new_ys, values, select_new_ys }) => ({ newYs: new_ys, values, selected: select_new_ys })),
          );
        }
      });
    } finally {
      await world.close();
      await model.close();
    }
  },
  60_000,
);
