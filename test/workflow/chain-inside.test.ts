import { spawnWorker } from '../helpers/spawn-worker';
import { closeTestServer } from '../helpers/test-server';
import type { RecordedRequest } from '../helpers/scripted-model-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld, withWorker } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let world: TestWorld;

beforeAll(async () => {
  world = await createTestWorld();
});
afterAll(async () => {
  await world.close();
  await closeTestServer();
});
afterEach(() => world.models.script(undefined));

const promptOf = ({ body }: RecordedRequest) => body.messages?.at(-1)?.content ?? '';

const twoSteps = [
  { name: 'draft', promptTemplate: 'Draft {initial_input}' },
  { name: 'final', promptTemplate: 'Polish {draft}', outputParser: 'json' as const },
];
const echo = (request: RecordedRequest) =>
  promptOf(request).startsWith('Draft') ? `<${promptOf(request).slice(6)}>` : `{"text": "${promptOf(request)}"}`;

describe('one Worker serves', () => {
  let stopWorker: () => Promise<void>;
  beforeAll(async () => {
    stopWorker = await serveWorld(world);
  });
  afterAll(() => stopWorker());

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
});

test('a Worker killed between two steps: the chain goes on where it was, and no answered call is repeated', async () => {
  world.models.script((request) => ({ text: `${promptOf(request)}.`, delayMs: 700 }));
  const before = world.models.requests.length;
  const requests = () => world.models.requests.slice(before);
  const first = await spawnWorker(world.variables);
  const steps = [0, 1, 2, 3].map((n) => ({ name: `s${n}`, promptTemplate: n === 0 ? 'start' : `{s${n - 1}}` }));
  const handle = await world.cadenza.start('chain', { initialPrompt: 'in', steps });
  await world.models.until(() => requests().length === 3, 20_000);
  // The third call is on the wire; the answers of the others are known.
  await first.kill();
  const result = await withWorker(world, () => handle.result());
  expect(result).toMatchObject({ finalOutput: 'start....', usage: { calls: 5, cutCalls: 1 } });
  expect(
    requests()
      .filter(({ outcome }) => outcome === 'answered')
      .map(promptOf),
  ).toEqual(['start', 'start.', 'start..', 'start...']);
});
