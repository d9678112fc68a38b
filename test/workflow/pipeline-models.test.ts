import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { GivenInput } from '../../src/client';
import { CANCEL_BOUND_MS } from '../helpers/cancel-bound';
import { closePipelineWorld, openPipelineWorld, resetPipelineWorld, run, steps } from '../helpers/pipeline-world';
import type { TestWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let world: TestWorld;
beforeAll(async () => {
  world = await openPipelineWorld();
});
afterAll(closePipelineWorld);
beforeEach(resetPipelineWorld);

describe('input', () => {
  const raw = (input: unknown) =>
    world.cadenza.temporal.workflow
      .execute('pipeline', { taskQueue: 'cadenza', workflowId: `raw-${Math.random()}`, args: [input] })
      .catch((error: { cause?: { type?: string; message?: string } }) => error.cause);

  test('is checked again when the run starts, whoever started it', async () => {
    await expect(raw({ steps: [{ name: 'a', handlr: 'echo' }] })).resolves.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('did you mean "handler"?'),
    });
    await expect(raw(null)).resolves.toMatchObject({ type: 'InvalidInput' });
  });

  test.each([
    ['an unknown handler', steps({ name: 'a', handler: 'ekho' }), 'UnknownHandler', 'did you mean "echo"?'],
    [
      'an unknown definition',
      { definition: 'document_analysys' },
      'UnknownDefinition',
      'did you mean "document_analysis"?',
    ],
    [
      'an unknown model',
      steps({ name: 'a', handler: 'ask', config: { model: 'gtp' } }),
      'UnknownModel',
      'did you mean "gpt"?',
    ],
    [
      'a cycle',
      steps({ name: 'a', handler: 'echo', dependsOn: ['b'] }, { name: 'b', handler: 'echo', dependsOn: ['a'] }),
      'InvalidInput',
      'wait for each other',
    ],
  ])('%s is refused before anything runs', async (_case, input, type, message) => {
    const before = world.models.requests.length;
    const { error } = await run(input);
    expect(error).toMatchObject({ type, message: expect.stringContaining(message) });
    expect(world.models.requests).toHaveLength(before);
  });

  test('an id that is in use is refused', async () => {
    const input = steps({ name: 'a', handler: 'echo' });
    const { workflowId } = await world.cadenza.start('pipeline', input);
    await expect(world.cadenza.start('pipeline', input, { id: workflowId })).rejects.toMatchObject({
      type: 'RunExists',
    });
  });
});

describe('models', () => {
  const ask = (config: object = {}) =>
    steps({ name: 'a', handler: 'ask', inputs: { prompt: { value: 'say hello' } }, config: { ...config } });

  test('a call is counted with tokens and money, by step and by model', async () => {
    world.models.script(() => ({ text: 'hello', usage: { prompt_tokens: 1000, completion_tokens: 100 } }));
    const { result } = await run(ask());
    expect(result).toMatchObject({
      output: { model: 'gpt', result: { text: 'hello' } },
      usage: {
        calls: 1,
        inputTokens: 1000,
        outputTokens: 100,
        costUsd: 0.0028,
        byModel: { gpt: { calls: 1 } },
        byStep: { a: { costUsd: 0.0028 } },
      },
    });
  });

  test('a failed request is retried by the activity alone, and counted', async () => {
    const before = world.models.requests.length;
    world.models.script((_request, index) => (index === before ? { status: 500, error: 'boom' } : { text: 'hello' }));
    const { result } = await run(ask());
    expect(world.models.requests.length - before).toBe(2);
    expect(result).toMatchObject({ usage: { calls: 2 }, results: { a: { attempts: 2 } } });
  });

  test('Retry-After is waited for by a durable timer', async () => {
    const before = world.models.requests.length;
    world.models.script((_request, index) =>
      index === before ? { status: 429, headers: { 'retry-after': '3' }, error: 'slow' } : { text: 'hello' },
    );
    const { status } = await run(ask());
    const [first, second] = world.models.requests.slice(before);
    expect(status).toBe('completed');
    expect((second?.startedAt ?? 0) - (first?.startedAt ?? 0)).toBeGreaterThanOrEqual(2_900);
  });

  test('a wrong key fails at once, naming provider and variable, never the key', async () => {
    const before = world.models.requests.length;
    world.models.script(() => ({ status: 401, error: { message: 'bad key key-for-tests' } }));
    const { error } = await run(ask());
    expect(error?.type).toBe('AuthenticationFailed');
    expect(error?.message).toMatch(/scripted.*SCRIPTED_KEY/);
    expect(error?.message).not.toContain('key-for-tests');
    expect(world.models.requests.length - before).toBe(1);
  });

  test('an answer that was journalled is not asked for again when the step fails after it', async () => {
    const before = world.models.requests.length;
    let tries = 0;
    world.models.script(() => {
      tries += 1;
      return { text: `answer ${tries}` };
    });
    const { result } = await run(steps({ name: 'a', handler: 'ask_then_fail_once' }));
    expect(result).toMatchObject({
      output: { text: 'answer 1' },
      usage: { calls: 1, journalHits: 1 },
      results: { a: { attempts: 2 } },
    });
    expect(world.models.requests.length - before).toBe(1);
  });

  test('cancel closes the open request and starts no other', async () => {
    world.models.script(() => ({ hang: true }));
    const handle = await world.cadenza.start('pipeline', {
      steps: [
        { name: 'a', handler: 'ask', inputs: { prompt: { value: 'one' } } },
        { name: 'b', handler: 'ask', inputs: { prompt: { value: 'two' } }, dependsOn: ['a'] },
      ],
    });
    await world.models.until((server) => server.open === 1);
    const aborted = world.models.aborted;
    const cancelledAt = Date.now();
    await handle.cancel();
    await world.models.until((server) => server.aborted === aborted + 1);
    expect(Date.now() - cancelledAt).toBeLessThan(CANCEL_BOUND_MS);
    await expect(handle.outcome()).resolves.toMatchObject({
      status: 'cancelled',
      error: { type: 'Cancelled' },
      result: { results: { a: { status: 'failed' }, b: { status: 'skipped' } } },
    });
    expect(world.models.open).toBe(0);
  });

  test('a list that is cancelled while the run is paused shows what its entries have used', async () => {
    let answer: (text: string) => void = () => undefined;
    const quick = new Promise<string>((resolve) => (answer = resolve));
    world.models.script(({ body }) => (JSON.stringify(body).includes('quick') ? quick : { hang: true }));
    const handle = await world.cadenza.start('pipeline', {
      input: ['quick', 'slow', 'never'],
      steps: [
        { name: 'a', handler: 'ask', inputs: { prompt: 'x' }, forEach: { items: 'input', as: 'x', maxParallel: 2 } },
      ],
    });
    await world.models.until((server) => server.open === 2);
    await handle.pause();
    answer('done');
    const { workflow } = world.cadenza.temporal;
    await waitUntil(async () => {
      const { raw } = await workflow.getHandle(handle.workflowId).describe();
      return raw.pendingActivities?.length === 1;
    });
    await handle.cancel();
    const { result } = await handle.outcome();
    expect(result).toMatchObject({ usage: { calls: 2, cutCalls: 1 } });
  });
});

describe('large values', () => {
  test('a document of 5 MB leaves under 100 KB of history', async () => {
    const file = path.join(world.folder, 'large.txt');
    await writeFile(file, 'The invoice is due in March. '.repeat(5 * 36_200));
    const handle = await world.cadenza.start('pipeline', {
      steps: [
        { name: 'extract', handler: 'extract_text', inputs: { document: 'input' } },
        { name: 'copy', handler: 'echo', inputs: { text: 'extract.text' } },
      ],
      input: { file },
    });
    const { status, result } = await handle.outcome();
    expect(status).toBe('completed');
    expect(result).toMatchObject({ output: { text: { mediaType: 'text/plain; charset=utf-8' } } });
    const { historySize } = await world.cadenza.temporal.workflow.getHandle(handle.workflowId).describe();
    expect(historySize).toBeLessThan(100_000);
  }, 60_000);

  test('a reference of another tenant can not be read', async () => {
    const file = path.join(world.folder, 'secret.txt');
    await writeFile(file, 'the secret of tenant one');
    const input = (name: string): GivenInput<'pipeline'> => ({
      steps: [{ name: 'a', handler: 'extract_text', inputs: { document: 'input' } }],
      labels: { tenant: name },
    });
    const first = await world.cadenza.start('pipeline', { ...input('one'), input: { file } });
    await expect(first.outcome()).resolves.toMatchObject({ status: 'completed' });
    const { events } = await world.cadenza.temporal.workflow.getHandle(first.workflowId).fetchHistory();
    const data = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    const document = (JSON.parse(Buffer.from(data ?? []).toString()) as { input: GivenInput<'pipeline'>['input'] })
      .input;
    const second = await run({ ...input('two'), input: document ?? null });
    expect(second).toMatchObject({ status: 'failed', error: { type: 'ContentMissing' } });
  });
});

describe('what can be seen', () => {
  test('progress shows each step, its model and its usage, also after the end', async () => {
    world.models.script(() => ({ text: 'hi', usage: { prompt_tokens: 10, completion_tokens: 5 } }));
    const handle = await world.cadenza.start(
      'pipeline',
      steps({ name: 'a', handler: 'ask', inputs: { prompt: { value: 'x' } } }),
    );
    await handle.result();
    await expect(handle.progress()).resolves.toMatchObject({
      pattern: 'pipeline',
      status: 'completed',
      steps: [{ name: 'a', status: 'completed', models: ['gpt'], attempts: 1, usage: { calls: 1, inputTokens: 10 } }],
    });
  });

  test('list finds runs with status and money', async () => {
    world.models.script(() => ({ text: 'hi', usage: { prompt_tokens: 1000, completion_tokens: 100 } }));
    const handle = await world.cadenza.start(
      'pipeline',
      steps({ name: 'a', handler: 'ask', inputs: { prompt: { value: 'x' } } }),
    );
    await handle.result();
    const listed = async () =>
      (await world.cadenza.list()).runs.find(({ workflowId }) => workflowId === handle.workflowId);
    // The list lags behind the runs.
    await waitUntil(async () => (await listed())?.status === 'completed');
    expect(await listed()).toMatchObject({
      pattern: 'pipeline',
      status: 'completed',
      costUsd: 0.0028,
    });
  });

  test('an unknown id is RunNotFound', async () => {
    await expect(world.cadenza.find('nothing-1')).rejects.toMatchObject({ type: 'RunNotFound' });
  });
});
