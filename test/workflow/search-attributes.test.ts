import { registerSearchAttributes } from '../../src/config/search-attributes';
import { closeTestServer, testServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, withWorker } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let world: TestWorld;
jest.setTimeout(60_000);
beforeAll(async () => {
  world = await createTestWorld();
});
afterAll(async () => {
  await world.close();
  await closeTestServer();
});

const ENSEMBLE = { task: 'generation', input: 'Say yes.', members: ['gpt', 'other'] } as {
  task: 'generation';
  input: string;
  members: string[];
};

async function attributesOf({ cadenza }: TestWorld, workflowId: string): Promise<Record<string, unknown>> {
  const { typedSearchAttributes } = await cadenza.temporal.workflow.getHandle(workflowId).describe();
  const all = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value] as const);
  return Object.fromEntries(all.filter(([name]) => name.startsWith('Cadenza')));
}

/** The visibility store follows a moment later. */
async function idsFound({ cadenza }: TestWorld, query: string, count: number): Promise<string[]> {
  const ids = async () => (await cadenza.list({ query })).runs.map(({ workflowId }) => workflowId);
  await waitUntil(async () => (await ids()).length === count, 20);
  return ids();
}

test('where nobody registered them a run sets none and ends well; once they are there, runs are found by them', async () => {
  const { cadenza } = world;
  await withWorker(world, async () => {
    const early = await cadenza.start('ensemble', { ...ENSEMBLE, labels: { team: 'red' } });
    expect((await early.outcome()).status).toBe('completed');
    expect(await attributesOf(world, early.workflowId)).toEqual({});
    await expect(cadenza.list({ minCostUsd: 0.1 })).rejects.toMatchObject({
      type: 'ConfigurationInvalid',
      message: expect.stringContaining('CadenzaCostUsd: `npx cadenza doctor --register` adds'),
    });
    await expect(cadenza.list({ query: 'Nonsense = 1' })).rejects.toMatchObject({
      type: 'InvalidInput',
      field: 'query',
    });
    expect(await registerSearchAttributes(testServer().client.connection, world.namespace)).toHaveLength(6);
  });
  await withWorker(world, async () => {
    const labels = { team: 'red', owner: "o'brien" };
    const one = await cadenza.start('ensemble', { ...ENSEMBLE, labels });
    const { usage } = await one.result();
    const nested = await cadenza.start('pipeline', {
      steps: [{ name: 'inside', pattern: 'ensemble', config: { ...ENSEMBLE } }],
      labels: { team: 'blue' },
    } as never);
    await nested.result();
    const wrong = await cadenza.start('chain', {
      initialPrompt: 'x',
      steps: [{ name: 'a', promptTemplate: '{initial_input}', model: 'gpt', outputParser: 'json' }],
    });
    const { status } = await wrong.outcome();

    expect(usage.costUsd).toBeGreaterThan(0);
    expect(await attributesOf(world, one.workflowId)).toEqual({
      CadenzaPattern: 'ensemble',
      CadenzaOutcome: 'completed',
      CadenzaCostUsd: usage.costUsd,
      CadenzaModels: ['gpt', 'other'],
      CadenzaLabel: ['team=red', "owner=o'brien"],
    });
    // What a run starts is found by that run.
    expect(await attributesOf(world, `${nested.workflowId}/inside`)).toEqual({});
    expect(await attributesOf(world, wrong.workflowId)).toMatchObject({ CadenzaOutcome: status });

    const query = `CadenzaCostUsd > ${usage.costUsd / 2} AND CadenzaPattern = 'ensemble'`;
    expect(await idsFound(world, query, 1)).toEqual([one.workflowId]);
    expect(await idsFound(world, "CadenzaModels = 'other'", 2)).toHaveLength(2);
    const ids = async (filter: Parameters<typeof cadenza.list>[0]) =>
      (await cadenza.list(filter)).runs.map(({ workflowId }) => workflowId);
    expect(await ids({ labels: { owner: "o'brien" } })).toEqual([one.workflowId]);
    expect(await ids({ labels, pattern: 'pipeline' })).toEqual([]);
    expect(await ids({ outcome: 'failed' })).toEqual(status === 'failed' ? [wrong.workflowId] : []);
    const sorted = (await cadenza.list({ sort: 'cost', limit: 3, since: new Date(Date.now() - 60_000) })).runs;
    const costs = sorted.map(({ costUsd }) => costUsd);
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
    expect(costs).toHaveLength(3);
  });
});
