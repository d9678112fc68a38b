import { existsSync } from 'node:fs';
import { readdir, rename, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import Long from 'long';
import type { GivenInput, RunHandle } from '../../src/client';
import { pruneRuns } from '../../src/client';
import { noteNamespace } from '../../src/store/store-identity';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, withWorker } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let world: TestWorld;
beforeEach(async () => {
  world = await createTestWorld();
});
afterEach(() => world.close());
afterAll(closeTestServer);

const asks = (question: string) => ({
  name: 'ask',
  handler: 'generation',
  config: { text: `${question} ${'long enough for the content store. '.repeat(400)}`, maxOutputTokens: 50 },
});
const ends = (question: string): GivenInput<'pipeline'> => ({ steps: [asks(question)] });
const waits = (question: string): GivenInput<'pipeline'> => ({
  steps: [
    asks(question),
    { name: 'agree', approval: { message: 'Go on?' }, dependsOn: ['ask'] },
    { ...asks(question), name: 'again', dependsOn: ['agree'] },
  ],
});

const journalOf = ({ workflowId, runId }: RunHandle) =>
  path.join(world.environment.store, 'journal', world.namespace, workflowId, runId);
const contentFiles = async () =>
  (await readdir(path.join(world.environment.store, 'content'), { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile(),
  ).length;

/** Everything in the store was last used long ago. */
async function age(): Promise<void> {
  const then = new Date(Date.now() - 3 * 86_400_000);
  const entries = await readdir(world.environment.store, { recursive: true, withFileTypes: true });
  for (const entry of entries) if (entry.isFile()) await utimes(path.join(entry.parentPath, entry.name), then, then);
}

async function start(input: GivenInput<'pipeline'>): Promise<RunHandle<'pipeline'>> {
  const run = await world.cadenza.start('pipeline', input);
  await waitUntil(async () => (await run.progress()).status !== 'running' || existsSync(journalOf(run)));
  return run;
}

/** As if the server had never had the run: its journal is that of another id. */
async function forget({ workflowId, runId }: RunHandle): Promise<RunHandle> {
  const journals = path.join(world.environment.store, 'journal', world.namespace);
  const gone = `${workflowId}-gone`;
  await rename(path.join(journals, workflowId), path.join(journals, gone));
  return { workflowId: gone, runId } as RunHandle;
}

const prune = (options = {}) => pruneRuns(world.cadenza.temporal, world.environment, options);
const listed = (count: number) =>
  waitUntil(async () => {
    let seen = 0;
    for await (const { workflowId } of world.cadenza.temporal.workflow.list()) if (workflowId) seen += 1;
    return seen === count;
  });

test('a run that goes on keeps everything, one that is gone loses it, one that ended keeps it until it is old', async () => {
  await withWorker(world, async () => {
    const open = await start(waits('open'));
    const ended = await start(ends('ended'));
    const other = await start(ends('other'));
    await Promise.all([ended.outcome(), other.outcome()]);
    await waitUntil(async () =>
      (await open.progress()).steps.some(({ name, status }) => name === 'ask' && status === 'completed'),
    );
    await listed(3);
    const gone = await forget(other);
    const unused = path.join(world.folder, 'unused.txt');
    await writeFile(unused, 'a document that no run was started with');
    await world.cadenza.storeDocument(unused);
    await age();
    const before = await contentFiles();

    const said = await prune({ dryRun: true });
    expect(said).toMatchObject({ runs: 1, retainedRuns: 3, dryRun: true });
    expect(said.content.files).toBe(1);
    expect([existsSync(journalOf(gone)), await contentFiles()]).toEqual([true, before]);

    expect(await prune()).toEqual({ ...said, dryRun: false });
    expect([open, ended, gone].map((run) => existsSync(journalOf(run)))).toEqual([true, true, false]);
    expect(await contentFiles()).toBe(before - said.content.files);

    expect(await prune({ olderThanMs: 3_600_000 })).toMatchObject({ runs: 0, content: { files: 0 } });
    expect(await prune({ olderThanMs: 0 })).toMatchObject({ runs: 1 });
    expect([open, ended].map((run) => existsSync(journalOf(run)))).toEqual([true, false]);

    const asked = world.models.requests.length;
    await open.approve({ step: 'agree', approved: true, by: 'test' });
    expect(await open.outcome()).toMatchObject({ status: 'completed' });
    expect(world.models.requests.length).toBe(asked + 1);
  });
});

test('a run that was reset after pruning answers from its journal', async () => {
  await withWorker(world, async () => {
    const run = await start(ends('reset'));
    await run.outcome();
    await listed(1);
    await age();
    expect(await prune()).toMatchObject({ runs: 0, content: { files: 0 } });
    const asked = world.models.requests.length;
    await world.cadenza.temporal.workflowService.resetWorkflowExecution({
      namespace: world.namespace,
      workflowExecution: { workflowId: run.workflowId, runId: run.runId },
      workflowTaskFinishEventId: Long.fromNumber(4),
      requestId: 'reset-of-this-test',
    });
    const again = await world.cadenza.find(run.workflowId);
    expect(await again.outcome()).toMatchObject({ status: 'completed' });
    await age();
    expect(await prune()).toMatchObject({ runs: 0 });
    expect(world.models.requests.length).toBe(asked);
  });
});

test('what was used lately is left alone, also where its run is gone', async () => {
  await withWorker(world, async () => {
    const run = await start(ends('fresh'));
    await run.outcome();
    await listed(1);
    await forget(run);
    expect(await prune()).toMatchObject({ runs: 0, content: { files: 0 } });
    await age();
    expect(await prune()).toMatchObject({ runs: 1 });
  });
});

test('a store that another server uses too, or that this one never did, is not touched', async () => {
  await expect(prune()).rejects.toMatchObject({ type: 'ConfigurationInvalid', field: 'CADENZA_STORE' });
  await withWorker(world, async () => undefined);
  await expect(prune()).resolves.toMatchObject({ runs: 0 });
  await noteNamespace(world.environment.store, world.namespace, 'other-server');
  await expect(prune()).rejects.toMatchObject({ message: expect.stringContaining('other-server') });
});
