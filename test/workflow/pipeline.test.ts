import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GivenInput } from '../../src/client';
import { CadenzaError } from '../../src/contracts/failures';
import type { Handlers } from '../../src/handlers/handler';
import type { CadenzaWorker } from '../../src/worker';
import { createWorker } from '../../src/worker';
import { CANCEL_BOUND_MS } from '../helpers/cancel-bound';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';
import { createTestWorld } from '../helpers/test-world';

const log: string[] = [];
let failuresLeft = 0;

const handlers: Handlers = {
  echo: (inputs, config) => ({ ...config, ...inputs }),
  note: async (inputs, { name, ms }) => {
    log.push(`${String(name)} starts`);
    await sleep(Number(ms));
    log.push(`${String(name)} ends`);
    return { name: name ?? null, inputs };
  },
  flaky: () => {
    failuresLeft -= 1;
    if (failuresLeft >= 0) throw new Error('not yet');
    return { ok: true };
  },
  permanent: () => {
    throw new CadenzaError('DocumentCorrupt', 'x.pdf is damaged');
  },
  patient: (_inputs, _config, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  ask_then_fail_once: async (_inputs, _config, { ask, attempt }) => {
    const { result } = await ask('generation', { text: 'say hello' });
    if (attempt === 1) throw new Error('after the answer');
    return result;
  },
  ask_unless_bad: async ({ prompt }, _config, { ask }) => {
    if (prompt === 'bad') throw new CadenzaError('DocumentCorrupt', 'bad entry');
    return (await ask('generation', { text: String(prompt) })).result;
  },
  ask: async ({ prompt }, { model }, { ask }) =>
    ask('generation', { text: String(prompt) }, typeof model === 'string' ? { model } : {}),
};

let world: TestWorld;
let worker: CadenzaWorker;
let served: Promise<void>;

beforeAll(async () => {
  world = await createTestWorld();
  worker = await createWorker({ environment: world.environment, handlers });
  served = worker.run();
}, 60_000);

afterAll(async () => {
  worker.shutdown();
  await served;
  await world.close();
  await closeTestServer();
});

beforeEach(() => {
  log.length = 0;
  failuresLeft = 0;
  world.models.script(undefined);
});

const run = async (input: GivenInput<'pipeline'>) => (await world.cadenza.start('pipeline', input)).outcome();
type Steps = NonNullable<GivenInput<'pipeline'>['steps']>;
const steps = (...list: Steps): GivenInput<'pipeline'> => ({ steps: list });

describe('order', () => {
  test('a step starts as soon as what it refers to is there, and independent ones run side by side', async () => {
    const { status, result } = await run(
      steps(
        { name: 'last', handler: 'note', config: { name: 'last', ms: 0 }, inputs: { a: 'slow.name', b: 'quick.name' } },
        { name: 'slow', handler: 'note', config: { name: 'slow', ms: 400 } },
        { name: 'quick', handler: 'note', config: { name: 'quick', ms: 0 } },
        { name: 'after', handler: 'note', config: { name: 'after', ms: 0 }, dependsOn: ['quick'] },
      ),
    );
    expect(status).toBe('completed');
    expect(log.indexOf('after ends')).toBeLessThan(log.indexOf('slow ends'));
    expect(log.indexOf('last starts')).toBeGreaterThan(log.indexOf('slow ends'));
    expect(result).toMatchObject({
      success: true,
      results: { last: { stepName: 'last', status: 'completed', output: { inputs: { a: 'slow', b: 'quick' } } } },
    });
  });

  test('at most maxParallel steps run at once', async () => {
    const many = Array.from({ length: 4 }, (_, n) => ({
      name: `s${n}`,
      handler: 'note',
      config: { name: `s${n}`, ms: 100 },
    }));
    await run({ steps: many, maxParallel: 1 });
    expect(log).toEqual(many.flatMap(({ name }) => [`${name} starts`, `${name} ends`]));
  });

  test('inputs are laid over config, one level deep, and literals are taken as they are', async () => {
    const step = {
      name: 'a',
      handler: 'echo',
      config: { x: 1, y: { z: 1 } },
      inputs: { y: { value: { w: 2 } }, i: 'input.k' },
    };
    const { result } = await run({ steps: [step], input: { k: [3] } });
    expect(result).toMatchObject({ output: { x: 1, y: { w: 2 }, i: [3] } });
  });
});

describe('failures', () => {
  test('a transient one is tried again, and the attempts are counted', async () => {
    failuresLeft = 1;
    const { result } = await run(steps({ name: 'a', handler: 'flaky' }));
    expect(result).toMatchObject({ results: { a: { status: 'completed', attempts: 2 } } });
  });

  test('retryCount is the total number of attempts', async () => {
    failuresLeft = 5;
    const { status, error } = await run(steps({ name: 'a', handler: 'flaky', retryCount: 1 }));
    expect({ status, error }).toEqual({
      status: 'failed',
      error: { type: 'HandlerFailed', message: 'step "a": Error: not yet' },
    });
    expect(failuresLeft).toBe(4);
  });

  test('a permanent one fails the run at once with its type, the step and the result so far', async () => {
    const { status, error, result } = await run(
      steps({ name: 'good', handler: 'echo' }, { name: 'bad', handler: 'permanent', dependsOn: ['good'] }),
    );
    expect(status).toBe('failed');
    expect(error).toEqual({ type: 'DocumentCorrupt', message: 'step "bad": x.pdf is damaged' });
    expect(result).toMatchObject({
      success: false,
      results: {
        good: { status: 'completed' },
        bad: { status: 'failed', attempts: 1, error: { type: 'DocumentCorrupt' } },
      },
    });
  });

  test('fail-fast cancels what runs and leaves what has not started', async () => {
    const { result } = await run(
      steps(
        { name: 'runs', handler: 'patient' },
        { name: 'bad', handler: 'permanent' },
        { name: 'later', handler: 'echo', dependsOn: ['runs'] },
      ),
    );
    expect(result).toMatchObject({
      results: {
        runs: { status: 'failed', error: { type: 'Cancelled' } },
        later: { status: 'skipped', reason: 'step "bad" failed' },
      },
    });
  });

  test('without fail-fast all goes on that does not depend on the failure', async () => {
    const { status, result } = await run({
      failFast: false,
      steps: [
        { name: 'bad', handler: 'permanent' },
        { name: 'child', handler: 'echo', dependsOn: ['bad'] },
        { name: 'free', handler: 'note', config: { name: 'free', ms: 200 } },
        { name: 'always', handler: 'echo', dependsOn: ['bad', 'free'], trigger: 'all_done' },
      ],
    });
    expect(status).toBe('failed');
    expect(result).toMatchObject({
      results: {
        child: { status: 'skipped', reason: 'step "bad" failed' },
        free: { status: 'completed' },
        always: { status: 'completed' },
      },
    });
  });

  test('a field that is missing at run time fails the step, naming the fields there are', async () => {
    const { error } = await run(
      steps(
        { name: 'a', handler: 'echo', config: { text: 'x' } },
        { name: 'b', handler: 'echo', inputs: { t: 'a.txt' } },
      ),
    );
    expect(error).toMatchObject({ type: 'MissingField', message: expect.stringContaining('did you mean "text"?') });
  });

  test('a step that takes too long is tried again and then fails as such', async () => {
    const { error } = await run(steps({ name: 'a', handler: 'patient', timeoutSeconds: 1, retryCount: 1 }));
    expect(error).toMatchObject({ type: 'HandlerTimeout' });
  });
});

describe('conditions and transforms', () => {
  const base: Steps = [{ name: 'a', handler: 'echo', config: { n: 3, text: 'hello' } }];

  test('a step whose condition is false is skipped, and what waits for it by its trigger', async () => {
    const { status, result } = await run(
      steps(
        ...base,
        { name: 'yes', handler: 'echo', condition: 'a.n > 2' },
        { name: 'no', handler: 'echo', condition: "a.text = 'other'" },
        { name: 'child', handler: 'echo', dependsOn: ['no'] },
        { name: 'join', handler: 'echo', dependsOn: ['yes', 'no'], trigger: 'one_success' },
      ),
    );
    expect(status).toBe('completed');
    expect(result).toMatchObject({
      success: true,
      results: {
        yes: { status: 'completed' },
        no: { status: 'skipped', reason: 'its condition is false' },
        child: { status: 'skipped', reason: 'step "no" was skipped' },
        join: { status: 'completed' },
      },
    });
  });

  test.each([
    ['gives no boolean', 'a.n', 'must give true or false, and gave a number'],
    ['refers to a field that is not there', 'a.nothing', 'gave nothing'],
    ['throws', "$error('x')", 'condition: error D3137'],
    ['needs all memory', '$length(\'x\' & $pad("x", 500000000)) > 1 or true', 'MB'],
    ['never ends', '($f := function($n) { $f($n + 1) }; $f(0))', 'took longer'],
  ])('a condition that %s fails its step', async (_case, condition, message) => {
    const { error } = await run(steps(...base, { name: 'b', handler: 'echo', dependsOn: ['a'], condition }));
    expect(error).toMatchObject({
      type: expect.stringMatching(/^Expression/),
      message: expect.stringContaining(message),
    });
  });

  test('a condition that does not parse is refused before anything runs', async () => {
    const { error } = await run(steps(...base, { name: 'b', handler: 'echo', condition: 'a.n >' }));
    expect(error).toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('steps[1].condition') });
  });

  test('a transform changes the output', async () => {
    const { result } = await run(steps({ ...(base[0] as Steps[0]), transform: '{ "double": n * 2 }' }));
    expect(result).toMatchObject({ output: { double: 6 } });
  });
});

describe('onFailure', () => {
  test('continue keeps the failure to the step and what needs it', async () => {
    const { status, result } = await run(
      steps(
        { name: 'bad', handler: 'permanent', onFailure: 'continue' },
        { name: 'child', handler: 'echo', dependsOn: ['bad'] },
        { name: 'free', handler: 'echo' },
      ),
    );
    expect(status).toBe('completed');
    expect(result).toMatchObject({
      success: false,
      results: { bad: { status: 'failed' }, child: { status: 'skipped' }, free: { status: 'completed' } },
    });
  });

  test('a default stands in for the output', async () => {
    const { result } = await run(
      steps(
        { name: 'bad', handler: 'permanent', onFailure: { default: { type: 'unknown' } } },
        { name: 'next', handler: 'echo', inputs: { t: 'bad.type' } },
      ),
    );
    expect(result).toMatchObject({ output: { t: 'unknown' }, results: { bad: { status: 'completed' } } });
  });
});

describe('lists', () => {
  test('a step runs over a list, at most so many at once, and its outputs are in the order of the list', async () => {
    const { result } = await run({
      steps: [
        {
          name: 'each',
          handler: 'note',
          forEach: { items: 'input.list', as: 'entry', maxParallel: 2 },
          inputs: { ms: 'entry.ms', name: 'entry.name', at: 'index' },
          config: { ms: 0, name: 'x' },
        },
      ],
      input: { list: [300, 10, 10].map((ms, n) => ({ ms, name: `n${n}` })) },
    });
    expect(result).toMatchObject({
      output: [0, 1, 2].map((n) => ({ inputs: { name: `n${n}`, at: n } })),
    });
  });

  test('a list that is too large for history comes from the content store', async () => {
    const list = Array.from({ length: 60 }, (_, n) => ({ n, text: 'x'.repeat(400) }));
    const handle = await world.cadenza.start('pipeline', {
      steps: [
        { name: 'a', handler: 'echo', inputs: { list: 'input' } },
        { name: 'each', handler: 'echo', forEach: { items: 'a.list' }, inputs: { n: 'item.n' } },
      ],
      output: 'each[59].n',
      input: list,
    });
    await expect(handle.outcome()).resolves.toMatchObject({ status: 'completed' });
  });

  test('a failure starts no other entry, and what was used before it is counted', async () => {
    world.models.script(() => ({ text: 'hello', usage: { prompt_tokens: 1000, completion_tokens: 100 } }));
    const before = world.models.requests.length;
    const { status, result } = await run({
      failFast: false,
      steps: [
        {
          name: 'each',
          handler: 'ask_unless_bad',
          forEach: { items: 'input', maxParallel: 1 },
          inputs: { prompt: 'item' },
        },
        { name: 'hold', wait: { seconds: 1 } },
      ],
      input: ['one', 'bad', 'three', 'four'],
    });
    expect(status).toBe('failed');
    expect(world.models.requests.length - before).toBe(1);
    expect(result).toMatchObject({ usage: { calls: 1, costUsd: 0.0028 } });
  });

  test('a field deep in a list in the content store can be an output', async () => {
    const list = Array.from({ length: 600 }, (_, n) => ({ n, text: 'x'.repeat(20) }));
    const { result } = await run({
      steps: [{ name: 'a', handler: 'echo', inputs: { list: 'input' } }],
      output: { last: 'a.list[599].n' },
      input: list,
    });
    expect(result).toMatchObject({ output: { last: 599 } });
  });

  test('what is no list fails the step', async () => {
    const { error } = await run({ steps: [{ name: 'a', handler: 'echo', forEach: { items: 'input' } }], input: 5 });
    expect(error).toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('expected a list') });
  });
});

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
    failuresLeft = 1;
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
    failuresLeft = 1;
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
});

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
  test('a 20 MB document leaves under 100 KB of history', async () => {
    const file = path.join(world.folder, 'large.txt');
    await writeFile(file, 'The invoice is due in March. '.repeat(20 * 36_200));
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
