import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import type { Cadenza, RunHandle } from '../../src/client';
import { connectCadenza, encryptingDataConverter } from '../../src/client';
import { registerSearchAttributes } from '../../src/config/search-attributes';
import { anyFreePort } from '../../src/embedded/free-port';
import { compiledFile } from '../../src/config/package-paths';
import { readEnvironment } from '../../src/config/environment';
import type { Handlers } from '../../src/handlers/handler';
import { createWorker } from '../../src/worker';
import { keyLine } from '../helpers/encryption-keys';
import { findMarks } from '../helpers/find-marks';
import { startOtlpReceiver } from '../helpers/otlp-receiver';
import { spawnWorker } from '../helpers/spawn-worker';
import { closeTestServer, testServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, withWorker } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

const [A, B] = [keyLine('a'), keyLine('b')];
const MARK = 'MarkedText0123456789';
const LONG = `${MARK} ${'and so on '.repeat(2_000)}`;

const handlers: Handlers = {
  echo: (inputs, config) => ({ ...config, ...inputs }),
  quoting: (inputs) => {
    throw new Error(`can not do ${JSON.stringify(inputs)}`);
  },
  flaky: (inputs, _config, { attempt }) => {
    if (attempt < 2) throw new Error(`not yet: ${JSON.stringify(inputs)}`);
    return 'done';
  },
  ask: async ({ prompt }, _config, { ask }) => (await ask('generation', { text: String(prompt) })).result,
  big: () => ({ text: LONG }),
};

let world: TestWorld;
const opened: Cadenza[] = [];

beforeEach(async () => {
  world = await createTestWorld({ more: { CADENZA_ENCRYPTION_KEYS: A } });
  world.models.script(({ path: at }) => (at === '/embeddings' ? undefined : `${MARK} yes`));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((cadenza) => cadenza.close()));
  await world.close();
});
afterAll(closeTestServer);

/** The same world, seen with other keys. */
async function withKeys(...lines: string[]): Promise<TestWorld> {
  const { CADENZA_ENCRYPTION_KEYS: _, ...others } = world.variables;
  const variables = lines.length > 0 ? { ...others, CADENZA_ENCRYPTION_KEYS: lines.join(',') } : others;
  const environment = readEnvironment(variables);
  const cadenza = await connectCadenza({ environment });
  opened.push(cadenza);
  return { ...world, variables, environment, cadenza };
}

/** Every history, memo and description of the namespace, as whoever has no key sees them. */
async function whatTheServerHas(): Promise<{ text: string; histories: { id: string; json: string }[] }> {
  const client = new Client({ connection: testServer().client.connection, namespace: world.namespace });
  const histories: { id: string; json: string }[] = [];
  let text = '';
  const { executions } = await client.workflowService.listWorkflowExecutions({ namespace: world.namespace });
  for (const { execution, ...info } of executions) {
    const id = execution?.workflowId ?? '';
    const history = await client.workflow.getHandle(id, execution?.runId ?? '').fetchHistory();
    const memo = Object.values(info.memo?.fields ?? {}).map(({ data }) => Buffer.from(data ?? []).toString('latin1'));
    histories.push({ id, json: historyToJSON(history) });
    text += JSON.stringify([info, memo]) + histories.at(-1)?.json;
  }
  return { text, histories };
}

async function everyFileBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return (await Promise.all(files.map(async (file) => `${file}\n${await readFile(file, 'latin1')}`))).join('\n');
}

test('every pattern runs encrypted: neither server nor store has a text of it, and its histories replay', async () => {
  const document = path.join(world.folder, 'letter.txt');
  await writeFile(document, `Dear ${MARK}, ${LONG}`);
  const { cadenza } = world;
  await withWorker(
    world,
    async () => {
      const outcomes = await Promise.all([
        cadenza
          .start('pipeline', {
            input: { file: document },
            steps: [
              { name: 'text', handler: 'extract_text', inputs: { document: 'input' } },
              { name: 'answer', handler: 'ask', inputs: { prompt: 'text.text' } },
              { name: 'each', handler: 'echo', forEach: { items: 'input.parts?', as: 'part' }, condition: "'x' = 'y'" },
              { name: 'again', handler: 'flaky', inputs: { answer: 'answer' } },
              {
                name: 'inside',
                pattern: 'pipeline',
                config: { steps: [{ name: 'echo', handler: 'echo', config: { text: LONG } }] },
              },
            ],
          } as never)
          .then((run) => run.outcome()),
        cadenza
          .start('ensemble', { task: 'generation', input: MARK, members: ['gpt', 'other'] })
          .then((run) => run.outcome()),
        cadenza
          .start('cascade', { task: 'generation', input: MARK, stages: [{ model: 'gpt' }] } as never)
          .then((run) => run.outcome()),
        cadenza
          .start('routeToModel', { task: 'generation', input: MARK, model: 'gpt' } as never)
          .then((run) => run.outcome()),
      ]);
      expect(outcomes.map(({ status, error }) => error ?? status)).toEqual(outcomes.map(() => 'completed'));
      for (const { result } of outcomes) expect(JSON.stringify(result)).toContain(MARK);

      const router = await cadenza.start('eventRouter', {
        subscriptions: [{ on: 'letter.came', handler: 'ask', inputs: { prompt: 'data.text' } }],
      } as never);
      await cadenza.emit(router.workflowId, { type: 'letter.came', source: '/test', data: { text: LONG } });
      await waitUntil(async () => JSON.stringify(await router.progress()).includes('"handled":1'), 20);
      await router.cancel();
      await router.outcome();
      // The list lags behind the runs.
      await waitUntil(async () => !(await cadenza.list()).runs.some(({ status }) => status === 'running'));
      const { runs } = await cadenza.list();
      expect(runs.map(({ status }) => status).sort()).toEqual(['cancelled', ...outcomes.map(() => 'completed')]);
      expect(runs.some(({ costUsd }) => costUsd > 0)).toBe(true);
    },
    handlers,
  );
  const { text, histories } = await whatTheServerHas();
  expect(findMarks(text, [MARK])).toEqual([]);
  expect(text).toContain(Buffer.from('binary/encrypted').toString('base64'));
  expect(findMarks(await everyFileBelow(world.environment.store), [MARK])).toEqual([]);
  for (const { id, json } of histories) {
    await Worker.runReplayHistory(
      {
        workflowBundle: { codePath: compiledFile('workflow-bundle-encrypted.js') },
        dataConverter: encryptingDataConverter(world.environment),
      },
      JSON.parse(json),
      id,
    );
  }
}, 120_000);

test('labels, search attributes, metrics and traces beside it tell what runs are found by, and no label or text', async () => {
  const [label, other] = ['LabelMark0123456789', 'OtherLabel0123456789'];
  await registerSearchAttributes(testServer().client.connection, world.namespace);
  const [receiver, port] = [await startOtlpReceiver(), await anyFreePort()];
  const worker = await spawnWorker({
    ...world.variables,
    CADENZA_METRICS_PORT: String(port),
    CADENZA_LOG_LEVEL: 'DEBUG',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
  try {
    const labels = { customer: label, project: other };
    const chain = (parser: string) => ({
      initialPrompt: MARK,
      steps: [{ name: 'one', promptTemplate: 'Say {initial_input}', outputParser: parser }],
      labels,
    });
    const runs = [
      await world.cadenza.start('chain', chain('text') as never),
      await world.cadenza.start('chain', chain('number') as never),
    ];
    const outcomes = await Promise.all(runs.map((run) => run.outcome()));
    expect(outcomes.map(({ status }) => status)).toEqual(['completed', 'failed']);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(await worker.stop()).toBe(0);
    const { text } = await whatTheServerHas();
    const spans = JSON.stringify(receiver.spans);
    for (const told of [text, metrics, spans]) expect(findMarks(told, [MARK, label, other])).toEqual([]);
    const found = await Promise.all(
      runs.map(({ workflowId }) => world.cadenza.temporal.workflow.getHandle(workflowId).describe()),
    );
    const attributes = found.map(({ typedSearchAttributes }) =>
      Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])),
    );
    expect(attributes).toMatchObject([
      { CadenzaPattern: 'chain', CadenzaOutcome: 'completed', CadenzaModels: ['gpt'] },
      { CadenzaPattern: 'chain', CadenzaOutcome: 'failed' },
    ]);
    expect(attributes.map((all) => Object.keys(all).includes('CadenzaLabel'))).toEqual([false, false]);
    expect(metrics).toMatch(/cadenza_runs_total\{.*outcome="failed"/);
    expect(spans).toContain('run chain');
    // Whoever has a key sees them all.
    expect(JSON.stringify(outcomes)).toContain(MARK);
  } finally {
    await worker.kill();
    await receiver.close();
  }
});

test('what a failure says is for those with a key: its type is in clear, its message and details are not', async () => {
  const { cadenza } = world;
  await withWorker(
    world,
    async () => {
      const steps = [{ name: 'bad', handler: 'quoting', config: {}, inputs: { text: { value: MARK } }, retryCount: 2 }];
      const run = await cadenza.start('pipeline', { steps } as never);
      await waitUntil(async () => (await run.retrying()).length > 0, 20);
      const [pending] = await run.retrying();
      expect(pending).toMatchObject({ activityType: 'quoting', lastFailure: { type: 'HandlerFailed' } });
      expect(pending?.lastFailure?.message).toContain(MARK);
      const { error, result } = await run.outcome();
      expect(error?.type).toBe('HandlerFailed');
      expect(error?.message).toContain(MARK);
      expect(result).toMatchObject({ results: { bad: { status: 'failed' } } });
    },
    handlers,
  );
  const { text } = await whatTheServerHas();
  expect(text).toContain('"HandlerFailed"');
  expect(text).toContain('Encoded failure');
  expect(findMarks(text, [MARK])).toEqual([]);
});

const WAITING = {
  input: { text: MARK },
  steps: [
    { name: 'big', handler: 'big' },
    { name: 'paid', handler: 'ask', config: {}, inputs: { prompt: 'input.text' } },
    { name: 'ok', approval: { message: 'Go on?' }, dependsOn: ['paid', 'big'] },
    { name: 'after', handler: 'echo', inputs: { big: 'big.text', paid: 'paid' }, dependsOn: ['ok'] },
  ],
} as never;

async function untilItWaits({ cadenza }: TestWorld, id: string): Promise<void> {
  const run = await cadenza.find(id);
  await waitUntil(async () => {
    const { steps } = await run.progress();
    return steps.find(({ name }) => name === 'ok')?.status === 'running';
  }, 20);
}

test.each([
  ['from before a rotation', [A]],
  ['from before there was a key', []],
])(
  'a run %s goes on with the new keys, and is read after its end',
  async (_, earlier) => {
    // The client of the world has left a note of its key: without it the store is as it was before.
    await rm(path.join(world.environment.store, 'encryption'), { recursive: true });
    const before = await withKeys(...earlier);
    const { workflowId } = await before.cadenza.start('pipeline', WAITING);
    await withWorker(before, () => untilItWaits(before, workflowId), handlers);

    const after = await withKeys(B, A);
    const run = await after.cadenza.find(workflowId);
    await withWorker(
      after,
      async () => {
        await waitUntil(() => run.approve({ step: 'ok', approved: true, by: 'ada' }).then(() => true), 20);
        const { status, result, error } = await run.outcome();
        expect([status, error]).toEqual(['completed', undefined]);
        expect(JSON.stringify(result)).toContain(MARK);
      },
      handlers,
    );
    expect(world.models.requests).toHaveLength(1);
  },
  90_000,
);

test('a run whose key is gone says which one, hides no other run, and can be ended', async () => {
  const old = await withKeys(A);
  const { workflowId } = await old.cadenza.start('pipeline', WAITING);
  const finished = await old.cadenza.start('routeToModel', { task: 'generation', input: 'x', model: 'gpt' } as never);
  await withWorker(
    old,
    async () => {
      await finished.outcome();
      await untilItWaits(old, workflowId);
    },
    handlers,
  );
  // The store learns of the new key while the old one is there.
  await withKeys(B, A);
  const now = await withKeys(B);
  const other = await now.cadenza.start('pipeline', { steps: [{ name: 'big', handler: 'big' }] });
  await withWorker(
    now,
    async () => {
      expect(await other.outcome()).toMatchObject({ status: 'completed' });
      const expected = [`${workflowId} running`, `${finished.workflowId} completed`, `${other.workflowId} completed`];
      const listed = async () => (await now.cadenza.list()).runs.map((run) => `${run.workflowId} ${run.status}`);
      // The list lags behind the runs.
      await waitUntil(async () => String((await listed()).sort()) === String(expected.sort()));
    },
    handlers,
  );
  const run = await now.cadenza.find(workflowId);
  await now.cadenza.temporal.workflow.getHandle(run.workflowId).terminate('its key is gone');
  expect(await run.outcome()).toMatchObject({ status: 'terminated' });
  await expect((await now.cadenza.find(finished.workflowId)).outcome()).rejects.toMatchObject({
    type: 'EncryptionKeyMissing',
    message: expect.stringContaining('the key "a"'),
  });
}, 90_000);

test('a worker or client without the key of its store is refused at its start', async () => {
  const { CADENZA_ENCRYPTION_KEYS: _, ...plain } = world.variables;
  for (const environment of [readEnvironment(plain), readEnvironment({ ...plain, CADENZA_ENCRYPTION_KEYS: B })]) {
    const refusal = { type: 'ConfigurationInvalid', message: expect.stringContaining('key "a"') };
    await expect(createWorker({ environment })).rejects.toMatchObject(refusal);
    await expect(connectCadenza({ environment })).rejects.toMatchObject(refusal);
  }
});

test('a client that encrypts nothing is refused where keys are set, and one that does is taken', async () => {
  const { environment, namespace } = world;
  const { connection } = testServer().client;
  await expect(connectCadenza({ environment, client: new Client({ connection, namespace }) })).rejects.toMatchObject({
    type: 'ConfigurationInvalid',
    message: expect.stringContaining('encryptingDataConverter()'),
  });
  const client = new Client({ connection, namespace, dataConverter: encryptingDataConverter(environment) });
  await expect(connectCadenza({ environment, client })).resolves.toMatchObject({ namespace });
});

test('a worker without a key leaves the run as it is and says which key it lacks; with the key it is done', async () => {
  // A store of its own, so that it is not refused at its start.
  const { CADENZA_ENCRYPTION_KEYS: _, ...others } = world.variables;
  const stray = readEnvironment({ ...others, CADENZA_STORE: path.join(world.folder, 'stray') });
  const elsewhere = readEnvironment({
    ...world.variables,
    CADENZA_ENCRYPTION_KEYS: B,
    CADENZA_STORE: path.join(world.folder, 'elsewhere'),
  });
  const client = new Client({ connection: testServer().client.connection, namespace: world.namespace });
  const runs: RunHandle<'pipeline'>[] = [];
  for (const environment of [elsewhere, stray]) {
    const run = await world.cadenza.start('pipeline', { steps: [{ name: 'big', handler: 'big' }] });
    runs.push(run);
    const failures = async () => {
      const { events } = await client.workflow.getHandle(run.workflowId).fetchHistory();
      return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) => failed?.failure ?? []);
    };
    await withWorker({ ...world, environment }, () => waitUntil(async () => (await failures()).length > 0, 20));
    const [failure] = await failures();
    expect(failure?.message).toMatch(/^what is to be read is encrypted with the key "a", which is not among those of/);
    expect(await run.status()).toBe('running');
  }
  await withWorker(
    world,
    async () => {
      for (const run of runs) expect(await run.outcome()).toMatchObject({ status: 'completed' });
    },
    handlers,
  );
}, 90_000);
