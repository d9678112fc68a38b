import { setTimeout as sleep } from 'node:timers/promises';
import type { GivenInput } from '../../src/client';
import type { TreeOfThoughtResult } from '../../src/contracts/tree-of-thought.schema';
import type { CrashWorld } from '../helpers/crash-world';
import { answersByRequest, createCrashWorld } from '../helpers/crash-world';
import { askedOf, treeAnswers, TREE_PROMPTS } from '../helpers/scripted-tree';

let world: CrashWorld;

beforeEach(async () => {
  world = await createCrashWorld(0);
  const answer = treeAnswers({
    thoughts: (path) => ['1', '2', '3'].map((digit) => `${path.at(-1) ?? ''}${digit}`),
    score: (path) => Number(path.at(-1)?.at(-1)) / 10,
  });
  world.models.script(async (request, index) => {
    await sleep(1_800);
    return answer(request, index);
  });
});
afterEach(() => world.close());

const INPUT: GivenInput<'treeOfThought'> = {
  problem: 'P',
  ...TREE_PROMPTS,
  depth: 2,
  beamWidth: 2,
  answer: { promptTemplate: 'answer\n{path}' },
};

const treeOf = ({ tree, bestPath, finalSolution, bestScore, pruned, levels }: TreeOfThoughtResult) => ({
  tree,
  bestPath,
  finalSolution,
  bestScore,
  pruned,
  levels,
});

test('killed at every level, worker and server, a tree ends as the same tree, and no answered call is repeated', async () => {
  const { cadenza, models } = world;
  await world.startWorker();
  const expected = treeOf(await (await cadenza.start('treeOfThought', INPUT)).result());
  expect(expected.finalSolution).toBe('solution 3/33');
  const before = models.requests.length;
  expect(before).toBe(1 + 3 + 2 + 6 + 1);

  const run = await cadenza.start('treeOfThought', INPUT);
  // In the middle of each wave of calls: they are on the wire, and none of them is answered.
  const waves = [
    { kind: 'generate', depth: 0, calls: 1 },
    { kind: 'evaluate', depth: 1, calls: 3 },
    { kind: 'generate', depth: 1, calls: 2 },
    { kind: 'evaluate', depth: 2, calls: 6 },
    { kind: 'answer', depth: 2, calls: 1 },
  ];
  for (const [index, { kind, depth, calls }] of waves.entries()) {
    const open = () =>
      models.requests.slice(before).filter((request) => {
        const asked = askedOf(request);
        return request.outcome === 'open' && asked.kind === kind && asked.path.length === depth;
      }).length;
    await models.until(() => open() === calls, 40_000);
    await world.killWorker();
    if (index % 2 === 1) await world.killServer();
    await world.startWorker();
  }
  const result = await run.result();
  expect(treeOf(result)).toEqual(expected);
  const requests = models.requests.slice(before);
  expect(answersByRequest(requests)).toEqual(Array<number>(13).fill(1));
  expect(requests.filter(({ outcome }) => outcome === 'aborted')).toHaveLength(13);
  expect(result.usage).toMatchObject({ calls: 26, cutCalls: 13 });
}, 180_000);
