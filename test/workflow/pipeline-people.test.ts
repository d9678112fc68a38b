import { setTimeout as sleep } from 'node:timers/promises';
import type { GivenInput } from '../../src/client';
import {
  closePipelineWorld,
  flaky,
  log,
  openPipelineWorld,
  resetPipelineWorld,
  run,
  steps,
} from '../helpers/pipeline-world';
import type { TestWorld } from '../helpers/test-world';

let world: TestWorld;
beforeAll(async () => {
  world = await openPipelineWorld();
});
afterAll(closePipelineWorld);
beforeEach(resetPipelineWorld);

describe('sub-patterns', () => {
  const inner = { steps: [{ name: 'x', handler: 'ask', inputs: { prompt: 'input.q' } }], output: 'x.result.text' };

  test('a pipeline is a step of a pipeline, and what it uses is counted there', async () => {
    world.models.script(() => ({ text: 'hello', usage: { prompt_tokens: 1000, completion_tokens: 100 } }));
    const { result } = await run({
      steps: [{ name: 'sub', pattern: 'pipeline', config: inner, inputs: { input: 'input' } }],
      input: { q: 'hi' },
    });
    expect(result).toMatchObject({
      output: 'hello',
      usage: { calls: 1, costUsd: 0.0028, byStep: { sub: { calls: 1 } } },
    });
  });

  test('its failure comes up with its own type, and what it used', async () => {
    world.models.script(() => ({ status: 401, error: 'no' }));
    const { error, result } = await run({
      steps: [{ name: 'sub', pattern: 'pipeline', config: inner, inputs: { input: 'input' } }],
      input: { q: 'hi' },
    });
    expect(error).toMatchObject({
      type: 'AuthenticationFailed',
      message: expect.stringContaining('step "sub": step "x":'),
    });
    expect(result).toMatchObject({ usage: { calls: 1 } });
  });

  test('its second attempt pays no answer again', async () => {
    const before = world.models.requests.length;
    flaky.failuresLeft = 1;
    const { status, result } = await run({
      steps: [
        {
          name: 'sub',
          pattern: 'pipeline',
          retryCount: 2,
          config: {
            steps: [
              { name: 'x', handler: 'ask', inputs: { prompt: { value: 'hi' } } },
              { name: 'y', handler: 'flaky', retryCount: 1, dependsOn: ['x'] },
            ],
          },
        },
      ],
    });
    expect(status).toBe('completed');
    expect(world.models.requests.length - before).toBe(1);
    expect(result).toMatchObject({ usage: { calls: 1, journalHits: 1 } });
  });

  test('a second argument that no pattern gave is refused', async () => {
    const failure = await world.cadenza.temporal.workflow
      .execute('pipeline', {
        taskQueue: 'cadenza',
        workflowId: `forged-${Math.random()}`,
        args: [{ steps: [{ name: 'a', handler: 'echo' }] }, { tenant: '../x', pins: 5, depth: -1 }],
      })
      .catch((error: { cause?: object }) => error.cause);
    expect(failure).toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('inherited context') });
  });

  test('patterns that start each other without end are refused', async () => {
    const nest = (depth: number): object =>
      depth === 0
        ? { steps: [{ name: 'x', handler: 'echo' }] }
        : { steps: [{ name: 'x', pattern: 'pipeline', config: nest(depth - 1) }] };
    const { error } = await run(nest(12) as GivenInput<'pipeline'>);
    expect(error).toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('more than 10 deep') });
  });
});

describe('people', () => {
  const update = (id: string, name: string, ...args: unknown[]) =>
    world.cadenza.temporal.workflow.getHandle(id).executeUpdate(name, { args: args as [unknown, ...unknown[]] });
  const until = async (what: () => Promise<boolean>) => {
    for (let tries = 0; !(await what()); tries += 1) {
      if (tries > 100) throw new Error('never came');
      await sleep(50);
    }
  };
  const approval = (more: object = {}) =>
    steps(
      { name: 'ok', approval: { message: 'Send it?', ...more } },
      { name: 'after', handler: 'echo', inputs: { by: 'ok.by' } },
    );
  const waiting = async (input: GivenInput<'pipeline'>) => {
    const handle = await world.cadenza.start('pipeline', input);
    await until(async () => (await handle.progress()).steps[0]?.status === 'running');
    return handle;
  };

  test('an approval waits for a person, and who decided is in the result', async () => {
    const handle = await waiting(approval());
    await update(handle.workflowId, 'approve', { step: 'ok', approved: true, by: 'ada', reason: 'looks right' });
    await expect(handle.outcome()).resolves.toMatchObject({
      status: 'completed',
      result: { output: { by: 'ada' }, results: { ok: { output: { approved: true, reason: 'looks right' } } } },
    });
  });

  test('a rejection fails the step, saying whose it was', async () => {
    const handle = await waiting(approval());
    await update(handle.workflowId, 'approve', { step: 'ok', approved: false, by: 'ada', reason: 'too dear' });
    await expect(handle.outcome()).resolves.toMatchObject({
      error: { type: 'ApprovalRejected', message: 'step "ok": rejected by ada: too dear' },
    });
  });

  test.each([
    ['fail', { type: 'ApprovalTimeout' }],
    ['reject', { type: 'ApprovalRejected' }],
    ['approve', undefined],
  ])('without a decision in time: %s', async (onTimeout, error) => {
    const outcome = await run(approval({ timeoutSeconds: 1, onTimeout }));
    if (error) expect(outcome.error).toMatchObject(error);
    else expect(outcome).toMatchObject({ status: 'completed', result: { output: { by: 'timeout' } } });
  });

  test('a decision on a step that does not wait, or a second one, is refused at once', async () => {
    const handle = await waiting(approval());
    const refused = (decision: object) =>
      update(handle.workflowId, 'approve', decision).then(
        () => 'was accepted',
        (error: { cause?: { message: string } }) => error.cause?.message,
      );
    await expect(refused({ step: 'okk', approved: true, by: 'ada' })).resolves.toContain('did you mean "ok"?');
    await expect(refused({ step: 'ok', approved: 'yes', by: 'ada' })).resolves.toContain('expected true or false');
    await update(handle.workflowId, 'approve', { step: 'ok', approved: true, by: 'ada' });
    await handle.outcome();
    await expect(refused({ step: 'ok', approved: true, by: 'bob' })).resolves.not.toBe('was accepted');
  });

  test('a paused run starts nothing new until it is resumed', async () => {
    const handle = await world.cadenza.start(
      'pipeline',
      steps(
        { name: 'a', handler: 'note', config: { name: 'a', ms: 500 } },
        { name: 'b', handler: 'note', config: { name: 'b', ms: 0 }, dependsOn: ['a'] },
      ),
    );
    await until(async () => log.includes('a starts'));
    await update(handle.workflowId, 'pause');
    await expect(handle.status()).resolves.toBe('paused');
    await until(async () => log.includes('a ends'));
    await sleep(300);
    expect(log).not.toContain('b starts');
    await update(handle.workflowId, 'resume');
    await expect(handle.outcome()).resolves.toMatchObject({ status: 'completed' });
  });

  test('a failed step of a run that goes on is tried again, without the others', async () => {
    flaky.failuresLeft = 1;
    const handle = await world.cadenza.start('pipeline', {
      failFast: false,
      steps: [
        { name: 'good', handler: 'note', config: { name: 'good', ms: 0 } },
        { name: 'bad', handler: 'flaky', retryCount: 1 },
        { name: 'child', handler: 'echo', dependsOn: ['bad'] },
        { name: 'hold', approval: { message: 'wait' } },
      ],
    });
    await until(async () => (await handle.progress()).steps[1]?.status === 'failed');
    await update(handle.workflowId, 'retry', { step: 'bad' });
    await until(async () => (await handle.progress()).steps[2]?.status === 'completed');
    await update(handle.workflowId, 'approve', { step: 'hold', approved: true, by: 'ada' });
    await expect(handle.outcome()).resolves.toMatchObject({ status: 'completed', result: { success: true } });
    expect(log.filter((line) => line === 'good starts')).toHaveLength(1);
  });

  test('a wait is a durable timer', async () => {
    const start = Date.now();
    const { result } = await run(steps({ name: 'w', wait: { seconds: 1 } }));
    expect(result).toMatchObject({ output: { waitedSeconds: 1 } });
    expect(Date.now() - start).toBeGreaterThan(950);
  });

  test('steps take the outputs of an earlier run instead of running', async () => {
    const { result } = await run({
      ...steps({ name: 'a', handler: 'permanent' }, { name: 'b', handler: 'echo', inputs: { x: 'a.v' } }),
      earlierOutputs: { a: { v: 7 } },
    });
    expect(result).toMatchObject({ output: { x: 7 }, results: { a: { reason: 'taken from an earlier run' } } });
  });

  test('what any client sends in an update is refused by field and value, and the run goes on', async () => {
    const handle = await waiting(approval());
    const good = { step: 'ok', approved: true, by: 'ada' };
    const hostile: [string, unknown[], string][] = [
      ['approve', [], 'decision: expected an object, got nothing'],
      ['approve', [null], 'decision: expected an object, got null'],
      ['approve', ['ok'], 'decision: expected an object, got "ok"'],
      ['approve', [{ ...good, step: { toString: 1 } }], 'step: expected a text of 1 to 1000 characters, got an object'],
      ['approve', [{ ...good, step: null }], 'got null'],
      ['approve', [{ ...good, approved: 1 }], 'approved: expected true or false, got 1'],
      ['approve', [{ ...good, by: 'x'.repeat(1_000_000) }], 'by: expected a text of 1 to 200 characters'],
      ['approve', [{ ...good, reason: 'x'.repeat(1_000_000) }], 'reason: expected a text of 1 to 2000 characters'],
      ['approve', [{ ...good, reason: ['x'] }], 'reason: '],
      ['approve', [{ ...good, resaon: 'x' }], 'did you mean "reason"?'],
      ['approve', [{ budget: null, approved: true, by: 'ada' }], 'budget: expected an object, got null'],
      [
        'approve',
        [{ budget: { usd: '5' }, approved: true, by: 'ada' }],
        'budget.usd: expected a number above 0, got "5"',
      ],
      ['approve', [{ budget: { usd: 5 }, approved: true, by: 'ada' }], 'nothing waits'],
      ['retry', [], 'request: expected an object, got nothing'],
      ['retry', [{ step: 5 }], 'step: expected a text'],
      ['retry', [{ step: 'ok' }], 'has not failed'],
      ['resume', [{ any: 'thing' }], 'is not paused'],
    ];
    for (const [name, args, message] of hostile) {
      const refused = await update(handle.workflowId, name, ...args).catch((error: { cause?: object }) => error.cause);
      expect(refused).toMatchObject({ type: 'InvalidInput', message: expect.stringContaining(message) });
    }
    await update(handle.workflowId, 'approve', good);
    await expect(handle.outcome()).resolves.toMatchObject({ status: 'completed' });
    const { events } = await world.cadenza.temporal.workflow.getHandle(handle.workflowId).fetchHistory();
    expect(events?.filter(({ workflowTaskFailedEventAttributes: failed }) => failed)).toEqual([]);
    expect(events?.filter(({ workflowExecutionUpdateAcceptedEventAttributes: taken }) => taken)).toHaveLength(1);
  });

  const inside = (config: GivenInput<'pipeline'>, more: object = {}) =>
    steps({ name: 'sub', pattern: 'pipeline', config: config as object, ...more } as never);

  test('an approval inside is shown and decided by its path, at any depth and in lists', async () => {
    const handle = await world.cadenza.start('pipeline', {
      ...inside(inside(approval()), { forEach: { items: 'input', as: 'x' } }),
      input: [1, 2],
    });
    const paths = ['sub[0]/sub/ok', 'sub[1]/sub/ok'];
    await until(async () => {
      const shown = (await handle.progress()).steps.filter(({ handler }) => handler === 'approval');
      return shown.length === 2 && shown.every(({ name, note }) => paths.includes(name) && note?.includes('Send it?'));
    });
    await expect(handle.approve({ step: 'sub[0]/sub/okk', approved: true, by: 'ada' })).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('did you mean "ok"?'),
    });
    await expect(handle.approve({ step: 'sub[7]/sub/ok', approved: true, by: 'ada' })).rejects.toMatchObject({
      type: 'RunNotFound',
    });
    for (const step of paths) await handle.approve({ step, approved: true, by: 'ada' });
    await expect(handle.outcome()).resolves.toMatchObject({ status: 'completed' });
  });

  test('a pause holds the pipelines inside too, and a cancel ends what waits there', async () => {
    const handle = await world.cadenza.start('pipeline', inside(inside(approval())));
    const child = world.cadenza.temporal.workflow.getHandle(`${handle.workflowId}/sub/sub`);
    const nested = async () => (await handle.progress()).steps.some(({ name }) => name === 'sub/sub/ok');
    await until(nested);
    await handle.pause();
    await until(async () => (await child.query<{ status: string }>('progress')).status === 'paused');
    await handle.approve({ step: 'sub/sub/ok', approved: true, by: 'ada' });
    await until(async () => !(await nested()));
    await sleep(200);
    expect(await child.query('progress')).toMatchObject({ steps: [{ status: 'completed' }, { status: 'pending' }] });
    await handle.resume();
    await expect(handle.outcome()).resolves.toMatchObject({ status: 'completed' });

    const other = await world.cadenza.start('pipeline', inside(inside(approval())));
    await until(async () => (await other.progress()).steps.some(({ name }) => name === 'sub/sub/ok'));
    await other.cancel();
    await expect(other.outcome()).resolves.toMatchObject({ status: 'cancelled' });
    const { status } = await world.cadenza.temporal.workflow.getHandle(`${other.workflowId}/sub/sub`).describe();
    expect(status.name).toBe('CANCELLED');
  });
});
