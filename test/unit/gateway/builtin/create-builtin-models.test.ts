import path from 'node:path';
import { compiledFile } from '../../../../src/config/package-paths';
import { createBuiltinModels } from '../../../../src/gateway/builtin/create-builtin-models';

const stuckThread = path.join(__dirname, 'stuck-thread.cjs');
const never = new AbortController().signal;
// A busy machine takes its time to start threads.
jest.setTimeout(90_000);

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((models) => models.close()));
});

function start(options: Partial<Parameters<typeof createBuiltinModels>[0]> = {}) {
  const models = createBuiltinModels({ threadFile: stuckThread, threads: 1, timeoutMs: 3_000, ...options });
  open.push(models);
  const say = async (text: string, signal = never) =>
    (await models.process('summarizer', 'summarization', { text }, signal)).text;
  return { models, say };
}

describe('the threads of the built-in models', () => {
  test('end a job that hangs, for good, and run the next one on a new thread', async () => {
    const { say } = start();
    const first = await say('hello');
    expect(await say('hello')).toBe(first);
    await expect(say('hang')).rejects.toMatchObject({ type: 'ModelTimeout', retryable: false });
    expect(await say('hello')).not.toBe(first);
  });

  test('run the jobs that waited behind one that hangs', async () => {
    const { say } = start();
    const hanging = say('hang');
    const waiting = [say('a'), say('b')];
    await expect(hanging).rejects.toMatchObject({ type: 'ModelTimeout' });
    expect(await Promise.all(waiting)).toHaveLength(2);
  });

  test('work side by side', async () => {
    const { say } = start({ threads: 2 });
    const hanging = say('hang');
    expect(await say('hello')).toMatch(/^thread/);
    await expect(hanging).rejects.toMatchObject({ type: 'ModelTimeout' });
  });

  test('stop at once on abort, with its reason, whether a job runs or waits', async () => {
    const { say } = start({ timeoutMs: 60_000 });
    const controllers = [new AbortController(), new AbortController()];
    const jobs = controllers.map(({ signal }) => say('spin', signal));
    const reason = new Error('not wanted any more');
    controllers[1]?.abort(reason);
    await expect(jobs[1]).rejects.toBe(reason);
    controllers[0]?.abort(reason);
    await expect(jobs[0]).rejects.toBe(reason);
    expect(await say('hello')).toMatch(/^thread/);
    await expect(say('hello', AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('survive a thread that crashes or needs too much memory', async () => {
    const { say } = start({ timeoutMs: 60_000 });
    await expect(say('crash')).rejects.toMatchObject({ type: 'Internal' });
    await expect(say('memory')).rejects.toMatchObject({ type: 'InputTooLarge' });
    expect(await say('hello')).toMatch(/^thread/);
  });

  test('reject what runs, waits or comes later when they are closed', async () => {
    const { models, say } = start({ timeoutMs: 60_000 });
    const jobs = [say('hang'), say('hello')].map((job) => expect(job).rejects.toMatchObject({ type: 'WorkerLost' }));
    await models.close();
    await Promise.all(jobs);
    await expect(say('hello')).rejects.toMatchObject({ type: 'WorkerLost' });
  });

  test('get nothing of the environment', async () => {
    const { models } = start({ threadFile: path.join(__dirname, 'telling-thread.cjs') });
    expect((await models.process('summarizer', 'summarization', { text: '' }, never)).text).toBe('0 variables');
  });
});

describe('the catalogue of the built-in models', () => {
  test('names the models there are', async () => {
    const asked = start().models.process('clasifier', 'classification', { text: 'x' }, never);
    await expect(asked).rejects.toMatchObject({
      type: 'ModelNotFound',
      message: expect.stringContaining('summarizer'),
    });
  });

  test('names what a model can do', async () => {
    const asked = start().models.process('sentiment', 'generation', { text: 'x' }, never);
    await expect(asked).rejects.toMatchObject({
      type: 'TaskNotSupported',
      message: expect.stringMatching(/: sentiment\.$/),
    });
  });

  test('passes on the failures of a model as they are', async () => {
    const { models } = start({ threadFile: compiledFile('gateway', 'builtin', 'thread.js'), timeoutMs: 60_000 });
    const asked = models.process('entities', 'extraction', { text: 'x', entityTypes: ['colour'] }, never);
    await expect(asked).rejects.toMatchObject({ name: 'CadenzaError', type: 'InvalidInput', field: 'entityTypes' });
  });
});
