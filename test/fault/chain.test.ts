import { setTimeout as sleep } from 'node:timers/promises';
import type { GivenInput } from '../../src/client';
import type { ChainResult } from '../../src/contracts/chain.schema';
import type { CrashWorld } from '../helpers/crash-world';
import { answersByRequest, createCrashWorld } from '../helpers/crash-world';

let world: CrashWorld;

beforeEach(async () => {
  world = await createCrashWorld(1_500);
});

afterEach(() => world.close());

/** Four calls: the second step runs twice, and its second prompt holds what the first run gave. */
const CHAIN: GivenInput<'chain'> = {
  initialPrompt: 'in',
  steps: [
    { name: 'plan', promptTemplate: 'Start {initial_input}' },
    {
      name: 'draft',
      promptTemplate: 'Next {plan} {draft?}',
      gate: { condition: 'false', otherwise: { goBackTo: 'draft', times: 1, afterwards: 'goOn' } },
    },
    { name: 'end', promptTemplate: 'End {draft}' },
  ],
};

/** What must be the same, crash or not. */
const made = ({ finalOutput, chainResults, context }: ChainResult) => ({
  finalOutput,
  context,
  chainResults: chainResults.map(({ step, run = 0, prompt, response }) => ({ step, run, prompt, response })),
});

test('worker and server killed in every step of a chain: the same result, and no answered call is repeated', async () => {
  const { cadenza, models } = world;
  await world.startWorker();
  const calm = (await (await cadenza.start('chain', CHAIN)).result()) as ChainResult;
  expect(calm).toMatchObject({ usage: { calls: 4, cutCalls: 0 }, chainResults: [{}, {}, { run: 1 }, {}] });

  const before = models.requests.length;
  const since = () => models.requests.slice(before);
  const sent = (count: number) => models.until(() => since().length === count, 30_000);
  const answered = () => since().filter(({ outcome }) => outcome === 'answered').length;
  const run = await cadenza.start('chain', CHAIN);

  // On the wire: the call is cut, and sent again by the next worker.
  await sent(1);
  await world.killWorker();
  await world.startWorker();
  await sent(2);
  expect(answered()).toBe(0);

  // The second step on the wire: first the worker, then the server.
  await sent(3);
  await world.killWorker();
  await world.killServer();
  await world.startWorker();
  await sent(4);

  // Its second run is answered while the server is away; the answer waits in the journal for the next worker.
  await sent(5);
  await sleep(1_200);
  const restarted = world.killServer();
  await models.until(() => answered() === 3, 20_000);
  // Long enough for the journal, and the server is still away: nobody but the journal knows of the answer.
  await sleep(100);
  await world.killWorker();
  await restarted;
  await world.startWorker();

  const result = (await run.result()) as ChainResult;
  expect(made(result)).toEqual(made(calm));
  expect(answersByRequest(since()).sort()).toEqual([1, 1, 1, 1]);
  // On a slow machine the last call may have left before the third worker was killed.
  const cut = since().filter(({ outcome }) => outcome === 'aborted').length;
  expect(cut === 2 || cut === 3).toBe(true);
  expect(result.usage).toMatchObject({ calls: 4 + cut, cutCalls: cut });
}, 180_000);
