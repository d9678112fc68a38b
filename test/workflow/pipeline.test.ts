import type { Steps } from '../helpers/pipeline-world';
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
    flaky.failuresLeft = 1;
    const { result } = await run(steps({ name: 'a', handler: 'flaky' }));
    expect(result).toMatchObject({ results: { a: { status: 'completed', attempts: 2 } } });
  });

  test('retryCount is the total number of attempts', async () => {
    flaky.failuresLeft = 5;
    const { status, error } = await run(steps({ name: 'a', handler: 'flaky', retryCount: 1 }));
    expect({ status, error }).toEqual({
      status: 'failed',
      error: { type: 'HandlerFailed', message: 'step "a": Error: not yet' },
    });
    expect(flaky.failuresLeft).toBe(4);
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
