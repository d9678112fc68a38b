import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../../src/activities/create-activities';
import type { ActivityDependencies } from '../../../src/activities/dependencies';
import { providerTaskQueue } from '../../../src/contracts/names';
import type { Journal } from '../../../src/store/journal';
import { createFileJournal } from '../../../src/store/file-journal';
import { createFileResponseCache } from '../../../src/store/file-response-cache';
import type { ScriptedModelServer } from '../../helpers/scripted-model-server';
import { startScriptedModelServer } from '../../helpers/scripted-model-server';
import { gatewayTo } from '../gateway/helpers';

let server: ScriptedModelServer;
let folder: string;
beforeEach(async () => {
  server = await startScriptedModelServer({ answer: () => ({ hang: true }) });
  folder = await mkdtemp(path.join(tmpdir(), 'cadenza-heartbeat-'));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Ends with its activity. */
const never = () => cancelled();
/** Whatever is asked of it has no other end. */
const hanging = new Proxy({}, { get: () => never }) as never;

const run = { workflowId: 'w', firstRunId: 'r', tenant: 't', budgets: [] };
const elsewhere = { ref: `sha256:${'0'.repeat(64)}`, bytes: 9_000, mediaType: 'application/json' };

function dependencies(more: object = {}): ActivityDependencies {
  const search = { isReady: () => Promise.resolve(false), showsLabels: true };
  return {
    namespace: 'n',
    gateway: gatewayTo(server.url, { provider: 'maxConcurrent: 1' }),
    evaluator: hanging,
    store: hanging,
    journal: createFileJournal(folder),
    cache: createFileResponseCache(folder),
    budgets: hanging,
    search,
    handlers: { own: never, reading: async (_inputs, _config, { read }) => (await read(elsewhere as never)).length },
    webhooks: hanging,
    definitions: new Map(),
    versionOf: () => 'v',
    ...more,
  } as ActivityDependencies;
}

/** Heartbeats of an activity while it waits, until it is cancelled; the function cancels it and tells how many came. */
function beating(name: string, args: unknown[], given: ActivityDependencies): () => Promise<number> {
  const environment = new MockActivityEnvironment({ taskQueue: providerTaskQueue('scripted') });
  let beats = 0;
  environment.on('heartbeat', () => (beats += 1));
  const activity = createActivities(given)[name] as (...all: unknown[]) => Promise<unknown>;
  const ended = environment.run(activity, ...args).catch(() => undefined);
  return async () => {
    environment.cancel('CANCELLED');
    const seen = beats;
    await ended;
    return seen;
  };
}

/** A model call whose input and models are in place. */
function modelCall(model: object, sample = 0, more: object = {}) {
  const pinned = { name: 'big', provider: 'scripted', model: 'big-1', price: { input: 1, output: 2 }, ...model };
  const pins = { models: { big: pinned }, tasks: { default: 'big' } };
  const about = { task: 'sentiment', input: { text: 'x' }, settings: {}, inlineLimit: 8192, ...more };
  return [{ run, step: 's', sample, pins, model: 'big', ...about }];
}

test('every activity beats from its entry on, before it has read what it is about', async () => {
  const stored = { run, step: 's', pins: elsewhere, setup: elsewhere, input: 'x', inputs: {}, config: {} };
  const calls: [string, unknown[]][] = [
    ['callModel', [stored]],
    ['askChainStep', [stored]],
    ['callTree', [{ ...stored, question: 'generate' }]],
    ['referenceLevel', [stored]],
    ['compareExamples', [stored]],
    ['own', [stored]],
    ['reading', [stored]],
    ['own', [{ ...stored, inputs: { document: elsewhere } }]],
    ['evaluateExpressions', ['t', elsewhere, []]],
    ['loadValue', [run, elsewhere]],
    ['loadItems', [{ ...stored, pages: elsewhere, tenant: 't' }, 0]],
  ];
  const given = dependencies();
  const started = calls.map(([name, args]) => beating(name, args, given));
  await sleep(1_300);
  const beats = await Promise.all(started.map((end) => end()));
  const without = calls.filter((_, index) => beats[index] === 0).map(([name]) => name);
  expect(without).toEqual([]);
});

test('a model call beats while it waits for the claim of another attempt, a place, a ledger, the wire or a repair', async () => {
  const given = dependencies();
  const onTheWire = beating('callModel', modelCall({}), given);
  await server.until(({ open }) => open === 1);
  const forItsClaim = beating('callModel', modelCall({}), given);
  const forItsPlace = beating('callModel', modelCall({}, 1), given);

  const ledger = { budgetsOf: () => [{}], reserve: never };
  const forTheLedger = beating('callModel', modelCall({}, 2), { ...dependencies({ windowBudgets: ledger }) });
  const other = await startScriptedModelServer({ answer: (_, index) => (index === 0 ? 'no JSON' : { hang: true }) });
  const inRepair = beating('callModel', modelCall({}, 3), dependencies({ gateway: gatewayTo(other.url) }));
  await other.until(({ requests }) => requests.length === 2);
  const writing: Journal = { ...createFileJournal(folder), open: never };
  const forTheStore = beating('callModel', modelCall({}, 4), dependencies({ journal: writing }));

  await sleep(1_300);
  const waits = { onTheWire, forItsClaim, forItsPlace, forTheLedger, inRepair, forTheStore };
  expect(server.requests).toHaveLength(1);
  const beats = await Promise.all(Object.values(waits).map((end) => end()));
  const without = Object.keys(waits).filter((_, index) => beats[index] === 0);
  expect(without).toEqual([]);
  await other.close();
});

test('a call that is over beats no more, and one that is short never', async () => {
  server.script(() => ({ json: { prediction: 'positive', score: 1 } }));
  const environment = new MockActivityEnvironment({ taskQueue: providerTaskQueue('scripted') });
  let beats = 0;
  environment.on('heartbeat', () => (beats += 1));
  const activity = createActivities(dependencies())['callModel'] as (call: unknown) => Promise<unknown>;
  await expect(environment.run(activity, modelCall({})[0])).resolves.toMatchObject({
    result: { prediction: 'positive' },
  });
  await sleep(1_200);
  expect(beats).toBe(0);
});
