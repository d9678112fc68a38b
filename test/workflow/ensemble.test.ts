import type { Envelope, GivenInput } from '../../src/client';
import { check } from '../../src/contracts/check-input.schema';
import type { EnsembleResult } from '../../src/contracts/ensemble.schema';
import { ensembleResultSchema } from '../../src/contracts/ensemble.schema';
import { CANCEL_BOUND_MS } from '../helpers/cancel-bound';
import type { ScriptedAnswer, ScriptedReply } from '../helpers/scripted-model-server';
import { useServedWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

const world = useServedWorld();
afterEach(() => world.models.script(undefined));

type Given = GivenInput<'ensemble'>;

async function run(input: Given, answer?: ScriptedAnswer) {
  const before = world.models.requests.length;
  world.models.script(answer);
  const handle = await world.cadenza.start('ensemble', input);
  const envelope = await handle.outcome();
  // A child that is cancelled may hear of it after its parent has ended, and needs the Worker for that.
  await world.models.until(({ open }) => open === 0, 20_000);
  const history = await world.cadenza.temporal.workflow.getHandle(handle.workflowId).fetchHistory();
  const result = envelope.result as unknown as EnsembleResult;
  return { ...envelope, result, requests: world.models.requests.slice(before), events: history.events?.length ?? 0 };
}

/** Samples answer by their seed. */
const bySeed =
  (replies: readonly (ScriptedReply | undefined)[]): ScriptedAnswer =>
  ({ body }) =>
    replies[body.seed ?? 0];
const samples = (count: number, more: object = {}) => [{ model: 'gpt', samples: count, ...more }];
const QUESTION = { task: 'generation', input: 'How many?' } as const;

describe('votes', () => {
  test('equal answers are one vote however they are written, and what does not count never wins', async () => {
    const texts = ['It is 42', '42.0', 'no idea', ' 42.', '', '7', { text: '42', finishReason: 'length' }];
    const { status, result, requests } = await run(
      { ...QUESTION, members: samples(7), extract: 'number' },
      bySeed(texts),
    );
    expect(status).toBe('completed');
    expect(() => check(ensembleResultSchema, result, 'result')).not.toThrow();
    expect(requests.map(({ body }) => body.seed).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(result).toMatchObject({
      aggregatedResult: 42,
      aggregationMethod: 'majority_vote',
      decision: {
        outcome: 'decided',
        votes: { '42': 3, '7': 1 },
        share: 0.75,
        margin: 2,
        tie: false,
        valid: 4,
        invalid: 3,
        invalidReasons: { empty: 1, truncated: 1, unparsed: 1 },
        stoppedEarly: false,
        stopReason: 'complete',
        saved: { calls: 0 },
      },
      usage: { calls: 7, byStep: { 'members[0]': { calls: 7 } } },
      partial: false,
    });
    expect(result.individualResults.map(({ status: s }) => s)).toEqual([
      'valid',
      'valid',
      'invalid',
      'valid',
      'invalid',
      'valid',
      'invalid',
    ]);
  });

  test('models of all kinds vote together, by the label that they predict', async () => {
    const { result } = await run({
      task: 'classification',
      input: {
        text: 'INVOICE No. 7\nAmount due EUR 300, payable in 30 days',
        labels: ['invoice', 'contract', 'other'],
      },
      members: ['fast_classifier', 'gpt', 'other'],
    });
    expect(result).toMatchObject({ aggregatedResult: 'invoice', decision: { valid: 3, agreement: 1 } });
    expect(result.individualResults.map(({ model }) => model)).toEqual(['fast_classifier', 'gpt', 'other']);
    expect(result.usage.calls).toBe(2);
  });

  test.each([
    ['weights', [{ model: 'gpt', weight: 1 }, { model: 'other', weight: 3 }, 'gpt'], 'b', { a: 2, b: 3 }],
    [
      'log-odds of accuracies',
      [0.6, 0.9, 0.6].map((accuracy, i) => ({ model: i === 1 ? 'other' : 'gpt', accuracy })),
      'b',
      undefined,
    ],
  ])('%s decide a weighted vote', async (_what, members, winner, votes) => {
    const { result } = await run(
      { ...QUESTION, aggregation: 'weighted_vote', members: members as Given['members'] },
      ({ body }) => (body.model === 'other-test' ? 'b' : 'a'),
    );
    expect(result.aggregatedResult).toBe(winner);
    if (votes) expect(result.decision.votes).toEqual(votes);
  });

  test.each([
    ['first', 'a', 'first'],
    ['abstain', null, 'abstain'],
    [{ model: 'other' }, 'b', 'model'],
  ] as const)('a tie is broken by %j, and told', async (tieBreak, winner, by) => {
    const { status, result } = await run({ ...QUESTION, members: ['gpt', 'other'], tieBreak }, ({ body }) =>
      body.model === 'other-test' ? 'b' : 'a',
    );
    expect(status).toBe('completed');
    expect(result).toMatchObject({ aggregatedResult: winner, decision: { tie: true, tieBrokenBy: by, margin: 0 } });
  });

  test('more than half is needed for a majority', async () => {
    const { result } = await run(
      { ...QUESTION, aggregation: 'majority', members: samples(4) },
      bySeed(['a', 'a', 'b', 'c']),
    );
    expect(result).toMatchObject({ aggregatedResult: null, decision: { outcome: 'no_majority' } });
  });

  test('the order in which answers arrive changes nothing', async () => {
    const answers = ['a', 'b', 'c', 'b', 'a', 'c'];
    const decisions = [];
    for (const delays of [
      [0, 80, 160, 240, 320, 400],
      [400, 320, 240, 160, 80, 0],
      [160, 0, 400, 80, 240, 320],
    ]) {
      const replies = answers.map((text, index) => ({ text, delayMs: delays[index] ?? 0 }));
      const { result } = await run({ ...QUESTION, members: samples(6) }, bySeed(replies));
      decisions.push({ ...result, usage: undefined });
    }
    expect(decisions[1]).toEqual(decisions[0]);
    expect(decisions[2]).toEqual(decisions[0]);
  });
});

test.each([
  ['average', 4],
  ['median', 3],
] as const)('the %s of numbers leaves out what is none', async (aggregation, value) => {
  const { result } = await run(
    { ...QUESTION, aggregation, extract: 'number', members: samples(4) },
    bySeed(['1', '3', '8', 'x']),
  );
  expect(result).toMatchObject({ aggregatedResult: value, decision: { valid: 3, invalid: 1 } });
});

test('the average of label scores is soft voting', async () => {
  const { result } = await run(
    {
      task: 'classification',
      input: { text: 'x', labels: ['a', 'b'] },
      aggregation: 'average',
      members: ['gpt', 'other'],
    },
    ({ body }) => ({
      json: body.model === 'gpt-test' ? { prediction: 'a', score: 0.6 } : { prediction: 'b', score: 0.9 },
    }),
  );
  expect(result.aggregatedResult).toMatchObject({ prediction: 'b', score: 0.65 });
});

test('collect gives every answer by index, and embeddings as they are', async () => {
  const { result } = await run({ ...QUESTION, aggregation: 'collect', members: samples(3) }, bySeed(['a', '', 'c']));
  expect(result).toMatchObject({ aggregatedResult: ['a', 'c'], decision: { outcome: 'collected' } });
  const vectors = await run({ task: 'embedding', input: 'x', aggregation: 'collect', members: ['gpt', 'other'] });
  expect(vectors.result.aggregatedResult).toMatchObject([{ dimensions: 8 }, { dimensions: 8 }]);
});

describe('readers', () => {
  const answers: ScriptedAnswer = ({ body }) => bySeed(['apple', 'pear', 'apple'])({ body } as never, 0);
  const isMember = ({ body }: { body: { seed?: number } }) => body.seed !== undefined;

  test('a judge that says A whatever stands there gives ties, not wins', async () => {
    const { result, requests } = await run(
      { ...QUESTION, aggregation: 'judge', judge: { model: 'other' }, members: samples(3) },
      (request, index) => (isMember(request) ? answers(request, index) : 'Both are fine. [[A]]'),
    );
    expect(requests).toHaveLength(5);
    expect(result).toMatchObject({
      aggregatedResult: 'apple',
      decision: { tie: true, tieBrokenBy: 'first', positionConsistency: 0 },
      usage: { byStep: { judge: { calls: 2 } } },
    });
  });

  test('a judge that means it decides, in both orders', async () => {
    const { result } = await run(
      { ...QUESTION, aggregation: 'judge', judge: { model: 'other' }, members: samples(3) },
      (request, index) => {
        if (isMember(request)) return answers(request, index);
        const prompt = request.body.messages?.at(-1)?.content ?? '';
        return prompt.indexOf('pear') < prompt.indexOf('apple') ? '[[A]]' : '[[B]]';
      },
    );
    expect(result).toMatchObject({
      aggregatedResult: 'pear',
      decision: { positionConsistency: 1, votes: { pear: 1 } },
    });
  });

  test('the best of a ranking are fused into one text', async () => {
    const { result, requests } = await run(
      {
        ...QUESTION,
        aggregation: 'rank_and_fuse',
        judge: { model: 'other' },
        fuse: { model: 'gpt', top: 2 },
        members: samples(3),
      },
      (request, index) => {
        if (isMember(request)) return answers(request, index);
        return request.body.model === 'other-test' ? '[[C]]' : 'apple and pear';
      },
    );
    expect(result.aggregatedResult).toBe('apple and pear');
    expect(requests.at(-1)?.body.messages?.at(-1)?.content).toContain('Answer 2:\n<answer>\npear');
  });

  test('a model chooses the most consistent response', async () => {
    const { result } = await run(
      { ...QUESTION, aggregation: 'universal_self_consistency', judge: { model: 'other' }, members: samples(3) },
      (request, index) => (isMember(request) ? answers(request, index) : 'The most consistent is Response 2.'),
    );
    expect(result).toMatchObject({
      aggregatedResult: 'pear',
      decision: { wonBy: 'choice', votes: { apple: 2, pear: 1 } },
    });
  });

  test('layers of proposers see what was said before, and an aggregator has the last word', async () => {
    const { result, requests } = await run(
      {
        ...QUESTION,
        aggregation: 'mixture_of_agents',
        mixture: { aggregator: { model: 'other' }, layers: 3 },
        members: samples(2),
      },
      ({ body }) => {
        const system = body.messages?.find(({ role }) => role === 'system')?.content ?? '';
        if (body.model === 'other-test') return `final of ${(system.match(/better \d/g) ?? []).join(', ')}`;
        return system.includes('first') ? `better ${body.seed}` : `first ${body.seed}`;
      },
    );
    expect(requests).toHaveLength(5);
    expect(result).toMatchObject({
      aggregatedResult: 'final of better 0, better 1',
      usage: { calls: 5, byStep: { 'layer 2': { calls: 2 }, aggregator: { calls: 1 } } },
    });
  });

  test('proposers that agree leave nothing to aggregate', async () => {
    const { result, requests } = await run(
      {
        ...QUESTION,
        aggregation: 'mixture_of_agents',
        mixture: { aggregator: { model: 'other' } },
        members: samples(2),
      },
      () => 'same',
    );
    expect(requests).toHaveLength(2);
    expect(result.aggregatedResult).toBe('same');
  });

  test('a judge that never answers fails the run, which shows what the members said', async () => {
    const { status, error, result } = await run(
      { ...QUESTION, aggregation: 'judge', judge: { model: 'other' }, members: samples(2) },
      (request) => (isMember(request) ? `a${request.body.seed}` : { status: 401, error: { message: 'key' } }),
    );
    expect(status).toBe('failed');
    expect(error).toMatchObject({ type: 'AuthenticationFailed', message: expect.stringContaining('judge: ') });
    expect(result.individualResults).toMatchObject([{ answer: 'a0' }, { answer: 'a1' }]);
  });
});

describe('stopping early', () => {
  test('a quorum cancels the rest, whose connections close within two seconds', async () => {
    let decidedAt = 0;
    const { status, result } = await run({ ...QUESTION, members: samples(8), stop: { quorum: 3 } }, ({ body }) => {
      if ((body.seed ?? 0) >= 3) return { hang: true };
      decidedAt = Date.now();
      return { text: 'yes', delayMs: 300 };
    });
    await world.models.until(({ open }) => open === 0);
    expect(Date.now() - decidedAt).toBeLessThan(2_300);
    expect(status).toBe('completed');
    expect(result).toMatchObject({
      aggregatedResult: 'yes',
      decision: { stoppedEarly: true, stopReason: 'quorum', valid: 3, cancelled: 5, saved: { cancelledCalls: 5 } },
      usage: { calls: 8, cutCalls: 5 },
    });
  });

  test('a quorum cancels members that are patterns too', async () => {
    const startedAt = Date.now();
    const cascade = { pattern: 'cascade' as const, config: { stages: [{ model: 'other' }] } };
    const { result } = await run(
      { ...QUESTION, members: ['gpt', cascade, 'gpt'], stop: { quorum: 2 } },
      async ({ body }) => {
        if (body.model === 'other-test') return { hang: true };
        // Not before the pattern has asked.
        await world.models.until(({ requests }) =>
          requests.some(({ body: { model }, outcome }) => model === 'other-test' && outcome === 'open'),
        );
        return 'yes';
      },
    );
    await world.models.until(({ open }) => open === 0);
    expect(Date.now() - startedAt).toBeLessThan(6_000);
    expect(result).toMatchObject({
      aggregatedResult: 'yes',
      decision: { stopReason: 'quorum', valid: 2, cancelled: 1 },
    });
    expect(result.individualResults[1]).toMatchObject({ pattern: 'cascade', status: 'cancelled' });
  });

  test('Adaptive-Consistency asks four, and no more where they agree', async () => {
    const { result, requests } = await run(
      { ...QUESTION, members: samples(20), stop: { adaptive: 0.95 } },
      () => 'yes',
    );
    expect(requests).toHaveLength(4);
    expect(result.decision).toMatchObject({
      stopReason: 'confident',
      valid: 4,
      saved: { calls: 16, unknownCalls: 0 },
      confidence: expect.closeTo(0.96875, 5),
    });
    expect(result.decision.saved.costUsd).toBeGreaterThan(0);
  });

  test('an agreeing window decides', async () => {
    const { result, requests } = await run(
      { ...QUESTION, members: samples(9), stop: { window: 3 } },
      bySeed(['a', 'b', 'a', 'b', 'b', 'b', 'a', 'a', 'a']),
    );
    expect(requests).toHaveLength(6);
    expect(result).toMatchObject({ aggregatedResult: 'b', decision: { stopReason: 'window', wonBy: 'window' } });
  });

  test('a deadline makes do with what is there, and says that it is partial', async () => {
    const { status, result } = await run(
      { ...QUESTION, members: samples(3), stop: { deadlineSeconds: 2 } },
      ({ body }) => (body.seed === 2 ? { hang: true } : 'yes'),
    );
    expect(status).toBe('partial');
    expect(result).toMatchObject({
      aggregatedResult: 'yes',
      partialReason: 'the deadline of 2 seconds passed',
      decision: { stopReason: 'deadline', valid: 2, cancelled: 1 },
    });
  });
});

describe('members that fail', () => {
  const broken: ScriptedAnswer = ({ body }) =>
    body.model === 'gpt-test' ? { status: 400, error: { message: 'no' } } : 'yes';

  test('are told and tolerated down to minVotes', async () => {
    const { status, result } = await run({ ...QUESTION, members: ['gpt', 'other', 'other'], minVotes: 2 }, broken);
    expect(status).toBe('completed');
    expect(result).toMatchObject({
      aggregatedResult: 'yes',
      failures: [{ member: 0, model: 'gpt', error: { type: 'ModelRequestRejected' } }],
      decision: { valid: 2, failed: 1 },
    });
  });

  test('below minVotes the run fails and says what became of each', async () => {
    const { status, error, result } = await run({ ...QUESTION, members: ['gpt', 'other', 'gpt'], minVotes: 2 }, broken);
    expect(status).toBe('failed');
    expect(error).toEqual({
      type: 'TooFewAnswers',
      message:
        '1 valid answer of 3, minVotes is 2; member 0 (gpt): ModelRequestRejected; member 2 (gpt): ModelRequestRejected',
    });
    expect(result).toMatchObject({ failures: [{ member: 0 }, { member: 2 }], usage: { calls: 3 } });
  });

  test('in time are out after their timeoutSeconds', async () => {
    const { result } = await run({ ...QUESTION, members: [{ model: 'gpt', timeoutSeconds: 1 }, 'other'] }, ({ body }) =>
      body.model === 'gpt-test' ? { hang: true } : 'yes',
    );
    expect(result).toMatchObject({ aggregatedResult: 'yes', failures: [{ member: 0 }], usage: { cutCalls: 1 } });
  });
});

test('patterns are members, with the ensemble’s task and input, and their calls count', async () => {
  const { status, result } = await run({
    task: 'sentiment',
    input: 'I love this.',
    members: [
      'gpt',
      { pattern: 'cascade', config: { stages: [{ model: 'other', accept: { score: 0.95 } }, { model: 'gpt' }] } },
      { pattern: 'pipeline', config: { steps: [{ name: 'mood', handler: 'sentiment', inputs: { text: 'input' } }] } },
    ],
  });
  expect(status).toBe('completed');
  expect(result).toMatchObject({ aggregatedResult: 'positive', decision: { votes: { positive: 3 }, valid: 3 } });
  expect(result.individualResults[1]).toMatchObject({ pattern: 'cascade', answer: 'positive' });
  expect(result.usage).toMatchObject({ calls: 4, byStep: { 'members[1]': { calls: 2 } } });
});

test('an ensemble of 20 leaves at most 6n + 12 history events, also with answers one after the other', async () => {
  const { events, result } = await run({ ...QUESTION, members: samples(20) }, ({ body }) => ({
    text: 'yes',
    delayMs: 60 * (body.seed ?? 0),
  }));
  expect(result.decision.valid).toBe(20);
  expect(events).toBeLessThanOrEqual(6 * 20 + 12);
});

test.each<[string, Partial<Given>, string, string]>([
  [
    'an unknown member',
    { members: ['gpt', 'gtp'] },
    'UnknownModel',
    'members[1]: unknown model "gtp"; did you mean "gpt"?',
  ],
  ['an unknown judge', { aggregation: 'judge', judge: { model: 'x' } }, 'UnknownModel', 'judge.model'],
  [
    'an unknown model deep inside',
    {
      members: [
        { pattern: 'ensemble', config: { members: [{ pattern: 'cascade', config: { stages: [{ model: 'x' }] } }] } },
      ],
    },
    'UnknownModel',
    'members[0].config: members[0].config: stages[0].model',
  ],
  [
    'a judge that can not write',
    { aggregation: 'judge', judge: { model: 'fast_classifier' } },
    'TaskNotSupported',
    'judge.model',
  ],
  ['more votes than members', { minVotes: 3 }, 'InvalidInput', 'minVotes'],
  [
    'more answers than can be compared pair by pair',
    { members: samples(33), aggregation: 'judge', judge: { model: 'gpt' } },
    'InvalidInput',
    'every pair of answers',
  ],
  [
    'layers that make too many calls',
    {
      members: [...samples(100), ...samples(100)],
      aggregation: 'mixture_of_agents',
      mixture: { aggregator: { model: 'gpt' }, layers: 7 },
    },
    'InvalidInput',
    '6 layers of them make 1200 calls',
  ],
  ['a pattern without its steps', { members: [{ pattern: 'chain', config: {} }] }, 'InvalidInput', 'members[0]'],
  ['an expression that does not parse', { extract: { jsonata: '((' } }, 'InvalidInput', 'extract.jsonata'],
  ['a regular expression that is none', { extract: { regex: '(?=x)' } }, 'InvalidInput', 'extract.regex'],
])('%s is refused before anybody is paid', async (_what, more, type, message) => {
  const { error, requests } = await run({ ...QUESTION, members: ['gpt', 'other'], ...more });
  expect(error).toMatchObject({ type, message: expect.stringContaining(message) });
  expect(requests).toHaveLength(0);
});

test.each([
  ['a field', { field: 'answer.value' }, '{"answer": {"value": 3}}', 3],
  ['a regular expression', { regex: '#### (\\d+)', group: 1 }, 'so #### 1 and so #### 3', '3'],
  ['an expression', { jsonata: '$number($match(/(\\d+)/).groups[0])' }, 'so 3', 3],
] as const)('%s takes the answer out of a text', async (_what, extract, text, answer) => {
  const { result } = await run({ ...QUESTION, members: ['gpt'], extract }, () => text);
  expect(result.aggregatedResult).toBe(answer);
});

test('hostile answers are votes like any other, or none: they hold up nobody', async () => {
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const answers = [
    '{"answer": "__proto__"}',
    `{"answer": ${deep}}`,
    '{"answer": 1e999}',
    '{"answer": "\\u200b"}',
    '{"answer": "yes"}',
    '{"__proto__": {"answer": "no"}, "answer": "\\u202eYES\\u202c"}',
    '{"answer": "y',
    `${'{'.repeat(200_000)}"answer": "no"`,
    `{"answer": "${'a'.repeat(500_000)}"}`,
  ];
  const { status, result } = await run(
    { ...QUESTION, members: samples(answers.length), extract: { field: 'answer' } },
    bySeed(answers),
  );
  expect(status).toBe('completed');
  expect(() => check(ensembleResultSchema, result, 'result')).not.toThrow();
  expect(result).toMatchObject({
    aggregatedResult: 'yes',
    decision: { valid: 4, invalidReasons: { empty: 1, truncated: 0, unparsed: 4 }, margin: 1 },
  });
  expect(result.decision.ranking.map(({ answer, votes }) => [answer.slice(0, 9), votes])).toEqual([
    ['yes', 2],
    ['__proto__', 1],
    ['aaaaaaaaa', 1],
  ]);
  expect(Object.keys(result.decision.votes)).toContain('__proto__');
});

test('long answers are stored, counted by all of their text, and shown as references', async () => {
  const long = 'word '.repeat(4_000);
  const { result } = await run({ ...QUESTION, members: samples(3) }, bySeed([`${long}a`, `${long}b`, `${long}a`]));
  expect(result.decision).toMatchObject({ valid: 3, margin: 1 });
  expect(result.aggregatedResult).toMatchObject({ ref: expect.stringMatching(/^sha256:/) });
});

test('a cancelled run closes its connections within two seconds, and shows what it has', async () => {
  world.models.script(({ body }) => ((body.seed ?? 0) > 0 ? { hang: true } : 'yes'));
  const handle = await world.cadenza.start('ensemble', { ...QUESTION, members: samples(4) });
  await world.models.until(({ open, answered }) => open === 3 && answered >= 1);
  await waitUntil(async () => (await handle.progress()).steps[0]?.note === '1 of 4 samples');
  expect((await handle.progress()).steps).toMatchObject([{ name: 'members[0]', status: 'running', models: ['gpt'] }]);
  const cancelledAt = Date.now();
  await handle.cancel();
  await world.models.until(({ open }) => open === 0);
  expect(Date.now() - cancelledAt).toBeLessThan(CANCEL_BOUND_MS);
  const { status, result } = (await handle.outcome()) as Envelope & { result: EnsembleResult };
  expect(status).toBe('cancelled');
  expect(result).toMatchObject({
    partial: true,
    decision: { valid: 1, cancelled: 3 },
    usage: { calls: 4, cutCalls: 3 },
  });
});
