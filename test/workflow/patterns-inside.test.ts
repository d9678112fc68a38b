import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GivenInput } from '../../src/client';
import type { CascadeResult } from '../../src/contracts/cascade.schema';
import type { PipelineResult } from '../../src/contracts/pipeline.schema';
import type { RecordedRequest } from '../helpers/scripted-model-server';
import { useServedWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

const world = useServedWorld();
afterEach(() => world.models.script(undefined));

async function run(input: GivenInput<'pipeline'>) {
  const before = world.models.requests.length;
  const envelope = await (await world.cadenza.start('pipeline', input)).outcome();
  const result = envelope.result as unknown as PipelineResult;
  return { ...envelope, result, requests: world.models.requests.slice(before) };
}

test('patterns are steps: what one answers is what the next one works on, and usage adds up', async () => {
  const { status, result, requests } = await run({
    input: 'I love this chair.',
    steps: [
      {
        name: 'mood',
        pattern: 'ensemble',
        config: { task: 'sentiment', members: ['gpt', 'other'] },
        inputs: { input: 'input' },
      },
      {
        name: 'check',
        pattern: 'cascade',
        config: { task: 'sentiment', stages: [{ model: 'gpt', accept: { score: 0.95 } }, { model: 'other' }] },
        inputs: { input: 'input' },
        transform: 'prediction',
      },
      {
        name: 'reply',
        pattern: 'routeToModel',
        config: { task: 'generation', selector: [{ when: "text = 'positive'", model: 'other' }], otherwise: 'fail' },
        inputs: { input: 'mood' },
      },
    ],
    output: { mood: 'mood', check: 'check', reply: 'reply.text' },
  });
  expect(status).toBe('completed');
  expect(result).toMatchObject({
    output: { mood: 'positive', check: 'positive', reply: 'Answer to: positive' },
    results: { mood: { models: ['gpt', 'other'] }, reply: { models: ['other'] } },
    usage: { calls: 5, byStep: { mood: { calls: 2 }, check: { calls: 2 }, reply: { calls: 1 } } },
  });
  expect(requests).toHaveLength(5);
});

test('a pattern that fails fails its step, with what it had used', async () => {
  world.models.script(() => ({ status: 400, error: { message: 'no' } }));
  const { error, result } = await run({
    steps: [
      { name: 'vote', pattern: 'ensemble', config: { task: 'generation', input: 'x', members: ['gpt', 'other'] } },
    ],
  });
  expect(error).toMatchObject({
    type: 'TooFewAnswers',
    message: expect.stringContaining('step "vote": 0 valid answers'),
  });
  expect(result).toMatchObject({ results: { vote: { status: 'failed' } }, usage: { calls: 2 } });
});

test('what was asked inside a pattern that was cancelled or ran out of time is in the usage of its step', async () => {
  const asksThenWaits = {
    pattern: 'pipeline' as const,
    config: {
      steps: [
        { name: 'ask', handler: 'generation', inputs: { text: { value: 'x' } } },
        { name: 'rest', wait: { seconds: 600 }, dependsOn: ['ask'] },
      ],
    },
  };
  const within = {
    name: 'within',
    pattern: 'pipeline' as const,
    config: { steps: [{ ...asksThenWaits, name: 'sub' }] },
  };
  const handle = await world.cadenza.start('pipeline', {
    input: ['a', 'b'],
    failFast: false,
    steps: [
      within,
      { ...asksThenWaits, name: 'list', forEach: { items: 'input', as: 'item' } },
      { ...asksThenWaits, name: 'late', timeoutSeconds: 3 },
    ],
  });
  await waitUntil(async () => {
    const { steps, usage } = await handle.progress();
    return steps.some(({ name, status }) => name === 'late' && status === 'failed') && usage.calls === 1;
  });
  await handle.cancel();
  const { status, result } = await handle.outcome();
  expect(status).toBe('cancelled');
  expect(result).toMatchObject({
    usage: {
      calls: 4,
      cutCalls: 0,
      byStep: { within: { calls: 1 }, list: { calls: 2 }, late: { calls: 1 } },
    },
  });
});

test('an unknown model of a step’s pattern is refused before the first step is paid', async () => {
  const { error, requests } = await run({
    input: 'x',
    steps: [
      { name: 'first', handler: 'generation', inputs: { text: 'input' } },
      {
        name: 'vote',
        pattern: 'ensemble',
        config: { task: 'generation', members: ['gpt', 'gtp'] },
        inputs: { input: 'first.text' },
      },
    ],
  });
  expect(error).toMatchObject({
    type: 'UnknownModel',
    message: expect.stringContaining('steps[1].config: members[1]'),
  });
  expect(requests).toHaveLength(0);
});

test('a pattern handles events, and one of an unknown model is refused', async () => {
  const subscription = {
    on: 'message.received',
    pattern: 'ensemble' as const,
    config: { task: 'sentiment', members: ['gpt', 'other'] },
    inputs: { input: 'data.text' },
    emit: 'mood.found',
  };
  const before = world.models.requests.length;
  const router = await world.cadenza.start('eventRouter', { subscriptions: [subscription], strict: false });
  await world.cadenza.emit(router.workflowId, { type: 'message.received', data: { text: 'I hate this chair.' } });
  await waitUntil(async () => (await router.progress()).events?.handled === 1);
  expect(world.models.requests.length - before).toBe(2);
  const handled = await world.cadenza.find(`${router.workflowId}/e1`);
  expect(await handled.result()).toMatchObject({ output: 'negative' });
  await router.cancel();

  const config = { task: 'sentiment', members: ['gtp'] };
  const refused = await world.cadenza.start('eventRouter', { subscriptions: [{ ...subscription, config }] });
  await expect(refused.result()).rejects.toMatchObject({ type: 'UnknownModel' });
});

test('a call whose activity runs again after its answer is paid once', async () => {
  const content = path.join(world.environment.store, 'content');
  const long = 'word '.repeat(4_000);
  const before = world.models.requests.length;
  // Where the answer would be stored there is a file, until the activity has failed once.
  world.models.script(async () => {
    await rename(content, `${content}-away`).catch(() => undefined);
    await writeFile(content, '');
    return long;
  });
  const handle = await world.cadenza.start('cascade', { task: 'generation', input: 'x', stages: [{ model: 'gpt' }] });
  for (let tries = 0; (await handle.retrying()).length === 0 && tries < 100; tries += 1) {
    await sleep(50);
  }
  await rename(content, `${content}-file`);
  await rename(`${content}-away`, content).catch(() => undefined);
  const result = (await handle.result()) as CascadeResult;
  expect(result.finalResult).toMatchObject({ text: { bytes: long.length - 1 } });
  expect(result.usage).toMatchObject({ calls: 1, journalHits: 1, cutCalls: 0 });
  expect(world.models.requests.length - before).toBe(1);
});

const promptOf = ({ body }: RecordedRequest) => body.messages?.at(-1)?.content ?? '';

const twoSteps = [
  { name: 'draft', promptTemplate: 'Draft {initial_input}' },
  { name: 'final', promptTemplate: 'Polish {draft}', outputParser: 'json' as const },
];
const echo = (request: RecordedRequest) =>
  promptOf(request).startsWith('Draft') ? `<${promptOf(request).slice(6)}>` : `{"text": "${promptOf(request)}"}`;

test('a chain is a step of a pipeline: it works on what came before, and its usage and models are the step’s', async () => {
  world.models.script(echo);
  const long = 'word '.repeat(3_000).trim();
  const handle = await world.cadenza.start('pipeline', {
    input: { long },
    steps: [
      { name: 'write', pattern: 'chain', config: { steps: twoSteps }, inputs: { initialPrompt: 'input.long' } },
      { name: 'say', handler: 'generation', inputs: { text: 'write.text' } },
    ],
    output: 'write',
  });
  const result = await handle.result();
  expect(result).toMatchObject({
    results: { write: { status: 'completed', models: ['gpt'] } },
    usage: { calls: 3, byStep: { write: { calls: 2 } } },
  });
  const prompts = world.models.requests.slice(-3).map(promptOf);
  expect(prompts[0]).toBe(`Draft ${long}`);
  expect(prompts[1]).toBe(`Polish <${long}>`);
  expect(prompts[2]).toBe(`Polish <${long}>`);
});

test('a chain is a member of an ensemble: its final output votes', async () => {
  world.models.script((request) =>
    promptOf(request).startsWith('Draft') ? 'yes' : promptOf(request).includes('Polish') ? '"yes"' : 'no',
  );
  const chain = { pattern: 'chain' as const, config: { steps: twoSteps } };
  const handle = await world.cadenza.start('ensemble', {
    task: 'generation',
    input: 'the question',
    members: ['gpt', chain, chain],
  });
  expect(await handle.result()).toMatchObject({
    aggregatedResult: 'yes',
    decision: { votes: { yes: 2, no: 1 } },
    usage: { calls: 5 },
  });
  expect(world.models.requests.slice(-5).map(promptOf)).toContain('Draft the question');
});

test('a chain handles events', async () => {
  world.models.script(echo);
  const subscription = {
    on: 'note.taken',
    pattern: 'chain' as const,
    config: { steps: twoSteps },
    inputs: { initialPrompt: 'data.text' },
  };
  const router = await world.cadenza.start('eventRouter', { subscriptions: [subscription], strict: false });
  await world.cadenza.emit(router.workflowId, { type: 'note.taken', data: { text: 'milk' } });
  await waitUntil(async () => (await router.progress()).events?.handled === 1);
  const handled = await world.cadenza.find(`${router.workflowId}/e1`);
  expect(await handled.result()).toMatchObject({ output: { text: 'Polish <milk>' } });
  await router.cancel();
});

test.each([
  [
    'a step',
    {
      steps: [
        { name: 'first', handler: 'generation', inputs: { text: 'input' } },
        {
          name: 'write',
          pattern: 'chain',
          config: { steps: [{ name: 'a', promptTemplate: '{b}' }] },
          inputs: { initialPrompt: 'first.text' },
        },
      ],
    },
    'pipeline',
  ],
  [
    'a member',
    {
      task: 'generation',
      members: ['gpt', { pattern: 'chain', config: { steps: [{ name: 'a', promptTemplate: '{b}' }] } }],
    },
    'ensemble',
  ],
] as const)(
  'an unknown placeholder of a chain that is %s is refused before anybody is paid',
  async (_what, more, pattern) => {
    const before = world.models.requests.length;
    const handle = await world.cadenza.start(pattern, { input: 'x', ...more } as never);
    const { error } = await handle.outcome();
    expect(error).toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('unknown placeholder {b}'),
    });
    expect(world.models.requests.length).toBe(before);
  },
);
