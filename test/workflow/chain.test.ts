import type { Envelope, GivenInput } from '../../src/client';
import { chainResultSchema } from '../../src/contracts/chain.schema';
import type { ChainResult } from '../../src/contracts/chain.schema';
import { check } from '../../src/contracts/check-input.schema';
import { CANCEL_BOUND_MS } from '../helpers/cancel-bound';
import type { RecordedRequest, ScriptedAnswer } from '../helpers/scripted-model-server';
import { useServedWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

const world = useServedWorld();
afterEach(() => world.models.script(undefined));

async function runOn(initialPrompt: GivenInput<'chain'>['initialPrompt'], input: object, answer?: ScriptedAnswer) {
  const before = world.models.requests.length;
  world.models.script(answer);
  const given = { initialPrompt, ...input } as GivenInput<'chain'>;
  const envelope = await (await world.cadenza.start('chain', given)).outcome();
  const result = envelope.result as unknown as ChainResult;
  return { ...envelope, result, requests: world.models.requests.slice(before) };
}

const run = (input: Omit<GivenInput<'chain'>, 'initialPrompt'>, answer?: ScriptedAnswer) => runOn('in', input, answer);

const promptOf = ({ body }: RecordedRequest) =>
  body.messages?.filter(({ role }) => role === 'user').at(-1)?.content ?? '';
const say = (...texts: string[]): ScriptedAnswer =>
  (() => {
    let next = 0;
    return () => texts[Math.min(next++, texts.length - 1)];
  })();

describe('templates', () => {
  test('each step sees the input and the answers before it, and the result tells how it came about', async () => {
    const { status, result, requests } = await run(
      {
        steps: [
          { name: 'outline', promptTemplate: 'On {initial_input}: {{keep}}', system: 'You know {initial_input}.' },
          { name: 'titles', promptTemplate: 'For {outline}:', outputParser: 'lines', model: 'other', temperature: 0.9 },
          { name: 'pick', promptTemplate: '{titles[1]} of\n{titles}', maxOutputTokens: 7 },
        ],
      },
      say('an outline', 'one\n\ntwo', 'two it is'),
    );
    expect(status).toBe('completed');
    expect(() => check(chainResultSchema, result, 'result')).not.toThrow();
    expect(requests.map(promptOf)).toEqual(['On in: {keep}', 'For an outline:', 'two of\none\ntwo']);
    expect(requests[0]?.body).toMatchObject({
      model: 'gpt-test',
      temperature: 0.3,
      max_tokens: 1024,
      messages: [{ role: 'system', content: 'You know in.' }, { role: 'user' }],
    });
    expect(requests[1]?.body).toMatchObject({ model: 'other-test', temperature: 0.9 });
    expect(requests[2]?.body).toMatchObject({ max_tokens: 7 });
    expect(result).toMatchObject({
      finalOutput: 'two it is',
      chainResults: [
        { step: 'outline', prompt: 'On in: {keep}', response: 'an outline', model: 'gpt', usage: { calls: 1 } },
        { step: 'titles', prompt: 'For an outline:', response: ['one', 'two'], raw: 'one\n\ntwo', model: 'other' },
        { step: 'pick', response: 'two it is' },
      ],
      context: { initial_input: 'in', outline: 'an outline', titles: ['one', 'two'], pick: 'two it is' },
      usage: { calls: 3, byStep: { outline: { calls: 1 }, titles: { calls: 1 }, pick: { calls: 1 } } },
      partial: false,
    });
    expect(result.chainResults[0]).not.toHaveProperty('raw');
  });

  test('what was filled in is never filled again, nor taken for a reference', async () => {
    const secret = await world.cadenza.storeDocument(`${world.folder}/models.yaml`);
    const { name: _name, ...reference } = secret;
    const hostile = 'Do {a}, {{a}} and {initial_input?}';
    const { result, requests } = await run(
      {
        steps: [
          { name: 'a', promptTemplate: 'Start' },
          { name: 'b', promptTemplate: '<{a}>' },
          { name: 'c', promptTemplate: 'go', outputParser: 'json' },
          { name: 'd', promptTemplate: '{c} {c.ref}' },
        ],
      },
      say(hostile, hostile, JSON.stringify({ ...reference, nested: [reference] }), 'end'),
    );
    expect(result.finalOutput).toBe('end');
    expect(requests.map(promptOf)[1]).toBe(`<${hostile}>`);
    expect(requests.map(promptOf)[3]).toContain(`"nested":[${JSON.stringify(reference)}]`);
    expect(requests.map(promptOf)[3]).toContain(reference.ref);
  });

  test('an answer that is a content reference itself is only text', async () => {
    const { name: _name, ...reference } = await world.cadenza.storeDocument(`${world.folder}/models.yaml`);
    const { result, requests } = await run(
      {
        steps: [
          { name: 'a', promptTemplate: 'go', outputParser: 'json' },
          { name: 'b', promptTemplate: '{a}' },
        ],
      },
      say(JSON.stringify(reference), 'end'),
    );
    expect(promptOf(requests[1] as RecordedRequest)).toBe(JSON.stringify(reference));
    expect(result.chainResults[0]?.response).toMatchObject({ mediaType: 'application/json' });
    expect(result.chainResults[0]?.response).not.toEqual(reference);
  });

  test('large values travel as references, and templates see the whole text', async () => {
    const long = 'word '.repeat(5_000).trim();
    const { result, requests } = await runOn(
      { text: long, n: 3 },
      {
        steps: [
          { name: 'a', promptTemplate: '{initial_input.text}|{initial_input.n}' },
          { name: 'b', promptTemplate: `${'x'.repeat(10_000)}{a}` },
        ],
      },
      say(`${long}!`, 'short'),
    );
    expect(requests.map(promptOf)).toEqual([`${long}|3`, `${'x'.repeat(10_000)}${long}!`]);
    expect(result.chainResults).toMatchObject([
      { prompt: { bytes: long.length + 2 }, response: { bytes: long.length + 1, mediaType: expect.any(String) } },
      { prompt: { ref: expect.stringMatching(/^sha256:/) }, response: 'short' },
    ]);
    expect(result.context).toMatchObject({ initial_input: { text: { bytes: long.length }, n: 3 }, b: 'short' });
  });

  test('a field that an answer does not have ends the run with its name, and with what was made so far', async () => {
    const { status, error, result } = await run(
      {
        steps: [
          { name: 'a', promptTemplate: 'x', outputParser: 'json' },
          { name: 'b', promptTemplate: '{a.title}' },
        ],
      },
      say('{"titel": "private words"}'),
    );
    expect(status).toBe('failed');
    expect(error).toMatchObject({
      type: 'MissingField',
      field: 'steps[1].promptTemplate',
      message: expect.stringMatching(/step "b": steps\[1\]\.promptTemplate: \{a\.title\}/),
    });
    expect(error?.message).not.toContain('private');
    expect(result).toMatchObject({ chainResults: [{ step: 'a' }], usage: { calls: 1 } });
  });
});

describe('conditions and gates', () => {
  const grade = { name: 'grade', promptTemplate: 'Grade {draft}', outputParser: 'number' as const };

  test('a step whose condition does not hold is left out, and only a placeholder with ? may name it', async () => {
    const steps = [
      { name: 'long', promptTemplate: 'x', outputParser: 'number' as const },
      { name: 'cut', promptTemplate: 'Cut', condition: 'long > 10' },
      { name: 'end', promptTemplate: '<{cut?}>' },
    ];
    const { result, requests } = await run({ steps }, say('3', 'end'));
    expect(requests.map(promptOf)).toEqual(['x', '<>']);
    expect(result.chainResults.map(({ step }) => step)).toEqual(['long', 'end']);
    expect(result.context).not.toHaveProperty('cut');
    const other = await run({ steps }, say('30', 'cut it', 'end'));
    expect(other.requests.map(promptOf)).toEqual(['x', 'Cut', '<cut it>']);
  });

  test('a gate goes back at most so many times, each run with the values of the last', async () => {
    const { status, result, requests } = await run(
      {
        steps: [
          { name: 'draft', promptTemplate: 'Write. Last: {draft?} {grade?}' },
          { ...grade, gate: { condition: 'grade >= 7', otherwise: { goBackTo: 'draft', times: 3 } } },
          { name: 'end', promptTemplate: 'Print {draft}' },
        ],
      },
      say('one', '2', 'two', '5', 'three', '8', 'done'),
    );
    expect(status).toBe('completed');
    expect(requests.map(promptOf)).toEqual([
      'Write. Last:  ',
      'Grade one',
      'Write. Last: one 2',
      'Grade two',
      'Write. Last: two 5',
      'Grade three',
      'Print three',
    ]);
    expect(result.chainResults.map(({ step, run: n }) => `${step}${n ?? ''}`)).toEqual([
      'draft',
      'grade',
      'draft1',
      'grade1',
      'draft2',
      'grade2',
      'end',
    ]);
    expect(result).toMatchObject({ usage: { calls: 7, byStep: { draft: { calls: 3 } } } });
    expect(result).not.toHaveProperty('stoppedAt');
  });

  test('the same prompt asked again after a gate is a new call, not the old answer', async () => {
    const { result, requests } = await run(
      {
        steps: [
          {
            name: 'a',
            promptTemplate: 'Always the same',
            gate: { condition: "a = 'good'", otherwise: { goBackTo: 'a', times: 5 } },
          },
        ],
      },
      say('bad', 'bad', 'good'),
    );
    expect(requests).toHaveLength(3);
    expect(result).toMatchObject({ finalOutput: 'good', usage: { calls: 3, journalHits: 0 } });
  });

  test.each([
    ['stop', 'completed', { stoppedAt: 'grade', finalOutput: 1 }],
    ['goOn', 'completed', { finalOutput: 'end' }],
    ['fail', 'failed', { chainResults: [{}, {}, {}, {}] }],
  ] as const)('a gate that stays shut after its last return: %s', async (afterwards, status, result) => {
    const outcome = await run(
      {
        steps: [
          { name: 'draft', promptTemplate: 'Write' },
          { ...grade, gate: { condition: 'grade > 7', otherwise: { goBackTo: 'draft', times: 1, afterwards } } },
          { name: 'end', promptTemplate: 'End' },
        ],
      },
      (request) => (promptOf(request) === 'Write' ? 'text' : promptOf(request) === 'End' ? 'end' : '1'),
    );
    expect(outcome).toMatchObject({ status, result });
    expect(outcome.requests).toHaveLength(afterwards === 'goOn' ? 5 : 4);
    if (afterwards === 'fail') {
      expect(outcome.error).toMatchObject({ type: 'ModelOutputInvalid', message: expect.stringContaining('"grade"') });
    }
  });

  test('a gate that stops ends the chain with what it has, and says where', async () => {
    const gate = { condition: "$contains(a, 'yes')", otherwise: 'stop' as const };
    const steps = [
      { name: 'a', promptTemplate: 'x', gate },
      { name: 'b', promptTemplate: 'y' },
    ];
    const stopped = await run({ steps }, say('no'));
    expect(stopped.result).toMatchObject({ finalOutput: 'no', stoppedAt: 'a', partial: false });
    expect(stopped.requests).toHaveLength(1);
    expect((await run({ steps }, say('yes', 'end'))).result).toMatchObject({ finalOutput: 'end' });
  });

  test('progress tells what was left out, where a gate went back, and what a gate made unneeded', async () => {
    world.models.script(say('5', '6', '7'));
    const gate = { condition: 'a > 6', otherwise: { goBackTo: 'a', times: 1 } };
    const steps = [
      { name: 'left', promptTemplate: 'x', condition: 'false' },
      { name: 'a', promptTemplate: 'y', outputParser: 'number' as const, gate },
      { name: 'after', promptTemplate: 'z' },
    ];
    const handle = await world.cadenza.start('chain', { initialPrompt: 'in', steps });
    expect(await handle.result()).toMatchObject({ finalOutput: 6, stoppedAt: 'a' });
    expect(await handle.progress()).toMatchObject({
      status: 'completed',
      steps: [
        { name: 'left', status: 'skipped', reason: 'its condition does not hold' },
        { name: 'a', status: 'completed', note: 'its gate went back to "a" (1 times so far)', usage: { calls: 2 } },
        { name: 'after', status: 'skipped', reason: 'the gate of "a" stopped the chain' },
      ],
    });
  });

  test('an expression that gives no yes or no ends the run', async () => {
    const { error } = await run({
      steps: [{ name: 'a', promptTemplate: 'x', gate: { condition: 'a', otherwise: 'stop' } }],
    });
    expect(error).toMatchObject({
      type: 'ExpressionFailed',
      field: 'steps[0].gate.condition',
      message: expect.stringContaining('must give true or false, and gave a string'),
    });
  });
});

describe('answers that are none', () => {
  test.each([
    ['cut at its limit', { text: 'half an answ', finishReason: 'length' }, 'ModelOutputTruncated'],
    ['empty', { text: '' }, 'ModelOutputInvalid'],
    ['only space', { text: ' \n ' }, 'ModelOutputInvalid'],
    ['refused', { text: '', refusal: 'I will not' }, 'ModelRefused'],
    ['filtered', { text: 'half', finishReason: 'content_filter' }, 'ModelRefused'],
  ])('an answer that is %s is never passed on', async (_what, reply, type) => {
    const { status, error, result, requests } = await run(
      {
        steps: [
          { name: 'a', promptTemplate: 'x' },
          { name: 'b', promptTemplate: '{a}' },
        ],
      },
      () => reply,
    );
    expect(status).toBe('failed');
    expect(error).toMatchObject({ type, message: expect.stringMatching(/^step "a": /) });
    expect(requests).toHaveLength(1);
    expect(result).toMatchObject({ finalOutput: null, chainResults: [], usage: { calls: 1 } });
  });
});

const chainOf = (...steps: object[]) => ({ steps: steps.map((step) => ({ name: 'a', promptTemplate: 'x', ...step })) });

test.each<[string, object, string, string]>([
  [
    'an unknown placeholder',
    chainOf({}, { name: 'b', promptTemplate: '{aa}' }),
    'InvalidInput',
    'unknown placeholder {aa}',
  ],
  ['an unknown placeholder of a system prompt', chainOf({ system: '{b}' }), 'InvalidInput', 'steps[0].system'],
  ['a placeholder for a later step', chainOf({ promptTemplate: '{b}' }, { name: 'b' }), 'InvalidInput', 'comes later'],
  ['a stray brace', chainOf({ promptTemplate: 'f(x) { return }' }), 'InvalidInput', 'belongs to no placeholder'],
  ['two steps of one name', chainOf({}, {}), 'InvalidInput', 'steps[1].name'],
  ['a name that is taken', chainOf({ name: 'initial_input' }), 'InvalidInput', 'steps[0].name'],
  ['no steps', chainOf(), 'InvalidInput', 'steps'],
  ['an unknown model', chainOf({}, { name: 'b', model: 'gtp' }), 'UnknownModel', 'steps[1].model'],
  ['a model that writes nothing', chainOf({ model: 'fast_classifier' }), 'TaskNotSupported', 'steps[0].model'],
  ['an unknown name in a condition', chainOf({ condition: 'b > 1' }), 'InvalidInput', 'there is no "b" here'],
  [
    'a gate that does not parse',
    chainOf({ gate: { condition: '((', otherwise: 'stop' } }),
    'InvalidInput',
    'gate.condition',
  ],
  ['a parser’s unknown name', chainOf({ outputParser: { jsonata: 'answer' } }), 'InvalidInput', 'it sees text, json'],
  ['a pattern that looks around', chainOf({ outputParser: { regex: '(?=a)b' } }), 'InvalidInput', 'outputParser.regex'],
  ['a group that is not there', chainOf({ outputParser: { regex: '(a)', group: 2 } }), 'InvalidInput', 'has 1 groups'],
  [
    'a schema that is none',
    chainOf({ outputParser: { schema: { type: 'objekt' } } }),
    'InvalidInput',
    'outputParser.schema',
  ],
  [
    'gates that may go back without end',
    chainOf(
      ...[...'abcdefghijkl'].map((name) => ({
        name,
        gate: { condition: 'true', otherwise: { goBackTo: 'a', times: 100 } },
      })),
    ),
    'InvalidInput',
    'may run',
  ],
  ['a budget that waits', { ...chainOf({}), budget: { usd: 1, atCap: 'wait' } }, 'InvalidInput', 'budget.atCap'],
])('%s is refused before the first call', async (_what, input, type, message) => {
  const before = world.models.requests.length;
  const { error } = await runOn('in', input).catch((thrown: { type: string; message: string }) => ({ error: thrown }));
  expect(error).toMatchObject({ type, message: expect.stringContaining(message) });
  expect(world.models.requests.length).toBe(before);
});

test('whoever starts it, the Worker checks a chain again', async () => {
  const before = world.models.requests.length;
  const args = [{ initialPrompt: 'x', ...chainOf({ promptTemplate: '{nobody}' }) }];
  const { workflow } = world.cadenza.temporal;
  const started = workflow.execute('chain', { taskQueue: 'cadenza', workflowId: 'unchecked', args });
  await expect(started).rejects.toMatchObject({ cause: { type: 'InvalidInput' } });
  expect(world.models.requests.length).toBe(before);
});

test('a cancelled chain closes its connection within two seconds, and shows what it has', async () => {
  world.models.script((request) => (promptOf(request) === 'one' ? 'first' : { hang: true }));
  const steps = [
    { name: 'a', promptTemplate: 'one' },
    { name: 'b', promptTemplate: 'two' },
    { name: 'c', promptTemplate: 'three' },
  ];
  const handle = await world.cadenza.start('chain', { initialPrompt: 'in', steps });
  await world.models.until(({ open }) => open === 1);
  expect(await handle.progress()).toMatchObject({
    pattern: 'chain',
    steps: [
      { name: 'a', status: 'completed', models: ['gpt'] },
      { name: 'b', status: 'running' },
      { name: 'c', status: 'pending' },
    ],
  });
  const cancelledAt = Date.now();
  await handle.cancel();
  await world.models.until(({ open }) => open === 0);
  expect(Date.now() - cancelledAt).toBeLessThan(CANCEL_BOUND_MS);
  const { status, result } = (await handle.outcome()) as Envelope & { result: ChainResult };
  expect(status).toBe('cancelled');
  expect(result).toMatchObject({
    finalOutput: 'first',
    chainResults: [{ step: 'a' }],
    usage: { calls: 2, cutCalls: 1 },
    partial: true,
  });
  await waitUntil(async () => (await world.cadenza.list()).runs.some(({ status: s }) => s === 'cancelled'));
});

test('history grows with new text only, however much each prompt repeats', async () => {
  const text = 'w'.repeat(3_000);
  const bytesOf = async (count: number) => {
    const names = Array.from({ length: count }, (_, index) => `s${index}`);
    const steps = names.map((name, index) => ({
      name,
      promptTemplate: `{initial_input}${names
        .slice(0, index)
        .map((earlier) => `{${earlier}}`)
        .join('')} next`,
    }));
    const { workflowId, status, requests } = await runOn(text, { steps }, () => text);
    expect(status).toBe('completed');
    expect(promptOf(requests.at(-1) as RecordedRequest)).toHaveLength(count * text.length + 5);
    const { raw } = await world.cadenza.temporal.workflow.getHandle(workflowId ?? '').describe();
    return Number(raw.workflowExecutionInfo?.historySizeBytes);
  };
  const [short, long] = [await bytesOf(12), await bytesOf(24)];
  expect(long / short).toBeLessThan(2.2);
  // 24 answers of 3 kB; all of them in each call would come to more than 800 kB.
  expect(long).toBeLessThan(500_000);
});
