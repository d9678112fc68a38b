import { TASK_QUEUE } from '../../src/contracts/names';
import { TREE_PROMPTS, treeAnswers } from '../helpers/scripted-tree';
import { useServedWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let started = 0;

const world = useServedWorld();

/** Starts a Workflow as any client of Temporal can, past the checks of the typed client. */
async function start(workflowType: string, ...args: unknown[]): Promise<unknown> {
  started += 1;
  const options = { taskQueue: TASK_QUEUE, workflowId: `hostile-${started}`, args, workflowRunTimeout: '20s' };
  const handle = await world.cadenza.temporal.workflow.start(workflowType, options);
  return handle.result().catch((error: { cause: { type?: string; message: string } }) => {
    return { type: error.cause.type, message: error.cause.message };
  });
}

const expandRefused = {
  type: 'InvalidInput',
  message: 'a tree of thoughts starts this, with a call about a node',
};

test.each([[[]], [[null]], [[5]], [[{ call: {} }]], [[{ call: { run: 1, step: 's' } }]]])(
  'an expansion that no tree has started fails and does not hang: %j',
  async (args) => {
    expect(await start('expandThought', ...args)).toEqual(expandRefused);
  },
);

test('what a tree has carried over counts only where it has carried on', async () => {
  world.models.script(treeAnswers({}));
  const input = { problem: 'P', ...TREE_PROMPTS, depth: 1 };
  expect(await start('treeOfThought', input, undefined, { plan: {}, search: {}, book: {} })).toMatchObject({
    ended: 'depth',
  });
});

test.each([{}, { tasks: {}, models: { gpt: null } }, { models: 'none', tasks: {} }])(
  'an inherited context whose models are none is refused by name: %j',
  async (pins) => {
    const journal = { workflowId: 'w', firstRunId: 'r', tenant: '_' };
    const inherited = { tenant: '_', pins, depth: 0, journal, stepPrefix: '' };
    const chain = { initialPrompt: 'x', steps: [{ name: 'one', promptTemplate: 'Hi', model: 'gpt' }] };
    const failure = await start('chain', chain, inherited);
    expect(failure).toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('inherited context: pins') as unknown,
    });
  },
);

test.each([
  ['cut JSON', 'json/plain', '{"steps":'],
  ['another encoding', 'json/protobuf', '{}'],
])('a payload of %s is refused as input, and as a signal it stops no router', async (_what, encoding, text) => {
  const payload = { metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(text) };
  const { workflowService, options } = world.cadenza.temporal;
  const namespace = options.namespace;
  const workflowId = `unreadable-${encoding}`;
  await workflowService.startWorkflowExecution({
    namespace,
    workflowId,
    requestId: workflowId,
    workflowType: { name: 'chain' },
    taskQueue: { name: TASK_QUEUE },
    input: { payloads: [payload] },
  });
  await expect(world.cadenza.temporal.workflow.getHandle(workflowId).result()).rejects.toMatchObject({
    cause: { type: 'InvalidInput', message: 'chain input: expected object, got "a payload that is not JSON"' },
  });
  const router = await world.cadenza.start('eventRouter', { subscriptions: [] });
  await router.pause();
  await workflowService.signalWorkflowExecution({
    namespace,
    workflowExecution: { workflowId: router.workflowId },
    signalName: 'emit',
    input: { payloads: [payload] },
  });
  await router.resume();
  await waitUntil(async () => (await router.progress()).events?.deadLetters === 1);
  await router.cancel();
});
