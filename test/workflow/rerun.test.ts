import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { GivenInput, RerunOptions, RunHandle } from '../../src/client';
import { CadenzaError } from '../../src/contracts/failures';
import type { PipelineResult } from '../../src/contracts/pipeline.schema';
import type { Handlers } from '../../src/handlers/handler';
import type { CadenzaWorker } from '../../src/worker';
import { createWorker } from '../../src/worker';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';

let broken = false;
const calls: string[] = [];
const handlers: Handlers = {
  echo: (inputs, config, { step }) => {
    calls.push(step);
    return { ...config, ...inputs };
  },
  breaks: (inputs, _config, { step }) => {
    calls.push(step);
    if (broken) throw new CadenzaError('DocumentCorrupt', 'x.pdf is damaged');
    return inputs;
  },
};

let world: TestWorld;
let worker: CadenzaWorker;
let served: Promise<void>;

beforeAll(async () => {
  world = await createTestWorld();
  worker = await createWorker({ environment: world.environment, handlers });
  served = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await served;
  await world.close();
  await closeTestServer();
});
beforeEach(() => {
  broken = false;
  calls.length = 0;
});

const start = (input: GivenInput<'pipeline'>) => world.cadenza.start('pipeline', input);
const again = (run: RunHandle, options: RerunOptions) => world.cadenza.rerun(run.workflowId, options);
const resultOf = async (run: RunHandle) => (await run.outcome()).result as PipelineResult;
/** The models that were asked since, in order. */
const asked = (since: number) => world.models.requests.slice(since).map(({ body }) => body.model);

const three: GivenInput<'pipeline'> = {
  steps: [
    { name: 'draft', handler: 'generation', inputs: { text: 'input.topic' } },
    { name: 'mood', handler: 'sentiment', inputs: { text: 'input.topic' } },
    { name: 'final', handler: 'generation', inputs: { text: 'draft.text' } },
    { name: 'check', handler: 'echo', inputs: { final: 'final.text', mood: 'mood.prediction', topic: 'input.topic' } },
  ],
  input: { topic: 'A good chair' },
  labels: { tenant: 'acme' },
};

test('a completed run runs anew from its middle with another model, and asks for nothing before that again', async () => {
  const old = await start(three);
  const before = await resultOf(old);
  const since = world.models.requests.length;
  calls.length = 0;
  const next = await again(old, { from: 'final', model: 'other' });
  const result = await resultOf(next);
  expect(asked(since)).toEqual(['other-test']);
  expect(calls).toEqual(['check']);
  expect(result).toMatchObject({
    success: true,
    output: { topic: 'A good chair', mood: 'positive' },
    results: {
      draft: { status: 'completed', reason: 'taken from an earlier run', output: before.results['draft']?.output },
      mood: { reason: 'taken from an earlier run' },
      final: { models: ['other'], output: before.results['final']?.output },
      check: { status: 'completed' },
    },
    usage: { calls: 1 },
  });
  const described = await world.cadenza.temporal.workflow.getHandle(next.workflowId).describe();
  expect(await described.staticSummary()).toBe(`rerun of ${old.workflowId} from final`);

  // A rerun can be run again itself, and keeps what was changed in it.
  const third = await again(next, { from: 'check' });
  expect(Object.entries((await resultOf(third)).results).filter(([, { reason }]) => !reason)).toHaveLength(1);
  const fourth = await again(third, { from: 'final' });
  await fourth.outcome();
  expect(asked(since)).toEqual(['other-test', 'other-test']);
});

test('a failed run goes on from its failed step, and one failed elsewhere is run again too', async () => {
  broken = true;
  const old = await start({
    failFast: false,
    steps: [
      { name: 'first', handler: 'echo' },
      { name: 'bad', handler: 'breaks', dependsOn: ['first'] },
      { name: 'after', handler: 'echo', dependsOn: ['bad'] },
      { name: 'also_bad', handler: 'breaks' },
    ],
  });
  await expect(old.outcome()).resolves.toMatchObject({ status: 'failed' });
  broken = false;
  calls.length = 0;
  const next = await again(old, { from: 'bad' });
  await expect(next.outcome()).resolves.toMatchObject({ status: 'completed', result: { success: true } });
  expect([...calls].sort()).toEqual(['after', 'also_bad', 'bad']);
});

test('a step that waits by condition or dependsOn alone runs anew too, and a skipped one is decided again', async () => {
  const old = await start({
    steps: [
      { name: 'a', handler: 'echo', config: { n: 1 } },
      { name: 'conditional', handler: 'echo', condition: 'a.n = 2' },
      { name: 'ordered', handler: 'echo', dependsOn: ['a'] },
      { name: 'free', handler: 'echo' },
    ],
  });
  await expect(resultOf(old)).resolves.toMatchObject({ results: { conditional: { status: 'skipped' } } });
  calls.length = 0;
  const result = await resultOf(await again(old, { from: 'a', config: { a: { n: 2 } } }));
  expect(result.results['conditional']?.status).toBe('completed');
  expect([...calls].sort()).toEqual(['a', 'conditional', 'ordered']);
});

test('another input is checked and stored as in a first run, and what is kept stays as it was', async () => {
  const old = await start(three);
  await old.outcome();
  const result = await resultOf(await again(old, { from: 'final', input: { topic: 'A bad chair' } }));
  expect(result).toMatchObject({ output: { topic: 'A bad chair', mood: 'positive' } });

  const file = path.join(world.folder, 'other.txt');
  await writeFile(file, 'Another document.');
  const read = await start({
    steps: [{ name: 'text', handler: 'extract_text', inputs: { document: 'input' } }],
    output: 'text.text',
    input: { file: await written('One document.') },
    labels: { tenant: 'acme' },
  });
  expect((await resultOf(read)).output).toBe('One document.');
  expect((await resultOf(await again(read, { from: 'text' }))).output).toBe('One document.');
  expect((await resultOf(await again(read, { from: 'text', input: { file } }))).output).toBe('Another document.');
});

test('the input of the old run opens no file of this machine, whoever started it', async () => {
  const old = await world.cadenza.temporal.workflow.start('pipeline', {
    taskQueue: 'cadenza',
    workflowId: 'foreign',
    args: [{ steps: [{ name: 'a', handler: 'echo', inputs: { given: 'input' } }], input: { file: '/etc/hostname' } }],
  });
  await old.result();
  const next = await world.cadenza.rerun('foreign', { from: 'a' });
  expect((await resultOf(next)).output).toEqual({ given: { file: '/etc/hostname' } });
});

test('an output over 8 KiB of a list of calls is kept by its reference', async () => {
  const old = await start({
    steps: [
      { name: 'each', handler: 'echo', forEach: { items: 'input' }, inputs: { text: 'item' } },
      { name: 'last', handler: 'echo', inputs: { text: 'each[39].text' } },
    ],
    input: Array.from({ length: 40 }, (_, n) => `${n} ${'x'.repeat(300)}`),
  });
  const before = await resultOf(old);
  expect(before.results['each']?.output).toMatchObject({ ref: expect.stringMatching(/^sha256:/) });
  calls.length = 0;
  const result = await resultOf(await again(old, { from: 'last' }));
  expect(result.results['each']?.output).toEqual(before.results['each']?.output);
  expect(result.output).toEqual(before.output);
  expect(calls).toEqual(['last']);
});

test('a definition is taken in the version that the old run had', async () => {
  const old = await start({ definition: 'document_analysis', input: { file: await written('Minutes of 3 May.') } });
  const { definition } = await resultOf(old);
  const next = await again(old, { from: 'summary' });
  const history = await world.cadenza.temporal.workflow.getHandle(next.workflowId).fetchHistory();
  const payload = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  const input = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as GivenInput<'pipeline'>;
  expect(input.definition).toBe(`document_analysis@${definition?.version}`);
  const result = await resultOf(next);
  expect(result.definition).toEqual(definition);
  const kept = Object.values(result.results).filter(({ reason }) => reason === 'taken from an earlier run');
  expect(kept.map(({ stepName }) => stepName).sort()).toEqual(['classify', 'entities', 'extract']);
  await expect((await start({ definition: 'document_analysis@000000' })).outcome()).resolves.toMatchObject({
    error: { type: 'UnknownDefinition' },
  });
});

test.each(['goes on', 'was cancelled', 'was terminated'])('a run that %s can be run again', async (how) => {
  const old = await start({
    steps: [
      { name: 'a', handler: 'echo', inputs: { n: 'input' } },
      { name: 'ok', approval: { message: 'Go on?' }, dependsOn: ['a'] },
      { name: 'b', handler: 'echo', inputs: { n: 'a.n' }, dependsOn: ['ok'] },
    ],
    input: 1,
  });
  const decide = async (run: RunHandle) => {
    for (;;) {
      const waits = (await run.progress()).steps.some(({ name, status }) => name === 'ok' && status === 'running');
      if (waits) return;
    }
  };
  await decide(old);
  if (how === 'was cancelled') await old.cancel();
  if (how === 'was terminated') await world.cadenza.temporal.workflow.getHandle(old.workflowId).terminate('by hand');
  if (how === 'was terminated')
    expect(await old.outcome()).toMatchObject({
      status: 'terminated',
      error: { type: 'Terminated', message: 'the run was terminated (by hand)' },
      result: { results: { a: { status: 'completed' }, ok: { status: 'failed', error: { type: 'Terminated' } } } },
    });
  if (how !== 'goes on') await old.outcome();
  calls.length = 0;
  const next = await again(old, { from: 'b' });
  await decide(next);
  await next.approve({ step: 'ok', approved: true, by: 'ada' });
  await expect(next.outcome()).resolves.toMatchObject({ status: 'completed', result: { output: { n: 1 } } });
  expect(calls).toEqual(['b']);
  if (how === 'goes on') await old.cancel();
});

describe('refused before anything is started', () => {
  let old: RunHandle;
  beforeAll(async () => {
    old = await start({ ...three, steps: [...(three.steps ?? []), { name: 'hold', wait: { seconds: 0.01 } }] });
    await old.outcome();
  });

  test.each<[string, RerunOptions, string, string]>([
    ['an unknown step', { from: 'finale' }, 'from', 'there is no step "finale"; did you mean "final"?'],
    ['a model for a step without a handler', { from: 'hold', model: 'gpt' }, 'model', 'step "hold" runs no handler'],
    ['settings of a step that is kept', { from: 'final', config: { draft: {} } }, 'config.draft', 'its output is kept'],
    ['settings of no step', { from: 'final', config: { finel: {} } }, 'config.finel', 'did you mean "final"?'],
  ])('%s', async (_case, options, field, message) => {
    await expect(again(old, { id: 'never', ...options })).rejects.toMatchObject({
      type: 'InvalidInput',
      field,
      message: expect.stringContaining(message),
    });
    await expect(world.cadenza.find('never')).rejects.toMatchObject({ type: 'RunNotFound' });
  });

  test('an id that was used, and a run that is not there', async () => {
    await expect(again(old, { from: 'final', id: old.workflowId })).rejects.toMatchObject({ type: 'RunExists' });
    await expect(world.cadenza.rerun('nobody', { from: 'a' })).rejects.toMatchObject({ type: 'RunNotFound' });
  });

  test('a run whose input was refused, and one that is a step of another', async () => {
    const refused = await start({ steps: [{ name: 'a', handler: 'ecko' }] });
    await refused.outcome();
    await expect(again(refused, { from: 'a' })).rejects.toMatchObject({
      message: expect.stringContaining('was refused'),
    });
    const config = { steps: [{ name: 'a', handler: 'echo' }] };
    const outer = await start({ steps: [{ name: 'sub', pattern: 'pipeline', config }] });
    await outer.outcome();
    await expect(world.cadenza.rerun(`${outer.workflowId}/sub`, { from: 'a' })).rejects.toMatchObject({
      message: expect.stringContaining(`is a step of "${outer.workflowId}"`),
    });
  });

  test('by the run itself: an unknown model, and settings that would have no effect', async () => {
    const since = world.models.requests.length;
    const wrong = await again(old, { from: 'final', model: 'gtp' });
    await expect(wrong.outcome()).resolves.toMatchObject({ error: { type: 'UnknownModel' } });
    const set = await again(old, { from: 'final', config: { final: { text: 'x' } } });
    await expect(set.outcome()).resolves.toMatchObject({ error: { type: 'InvalidInput', field: 'config.final.text' } });
    expect(asked(since)).toEqual([]);
  });
});

async function written(content: string): Promise<string> {
  const file = path.join(world.folder, `document-${calls.length}-${content.length}.txt`);
  await writeFile(file, content);
  return file;
}
