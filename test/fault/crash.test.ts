import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { GivenInput } from '../../src/client';
import type { PipelineResult } from '../../src/contracts/pipeline.schema';
import type { CrashWorld } from '../helpers/crash-world';
import { answersByRequest, createCrashWorld } from '../helpers/crash-world';
import { waitUntil } from '../helpers/wait-until';

const TEXT = `Service agreement between Northwind Analytics Ltd and Harbour Foods GmbH, dated 3 March 2026.
The supplier delivers monthly reports. The customer pays 1,200 EUR a month within 30 days.
Either party may end this agreement with three months' notice. It is governed by the law of Ireland.`;

let world: CrashWorld;

beforeEach(async () => {
  world = await createCrashWorld(1_500);
});

afterEach(() => world.close());

test('worker and server killed in the middle of an analysis: it finishes, and no answered call is repeated', async () => {
  const { cadenza, models, home } = world;
  const document = path.join(home, 'agreement.txt');
  await writeFile(document, TEXT);
  const listed = async (id: string) => (await cadenza.list()).runs.some(({ workflowId }) => workflowId === id);

  await world.startWorker();
  const run = await cadenza.start('pipeline', { definition: 'document_analysis', input: { file: document } });

  // Killed on the wire: classification and entities have been sent and not answered.
  await models.until(({ open }) => open === 2, 20_000);
  await world.killWorker();
  await world.startWorker();
  const thereAt = Date.now();
  await models.until(({ requests }) => requests.length === 4, 20_000);
  expect(Date.now() - thereAt).toBeLessThan(10_000);
  await expect(listed(run.workflowId)).resolves.toBe(true);

  // Killed after two answers, while the summary is on the wire: first the worker, then the server.
  await models.until(({ answered, open }) => answered === 2 && open === 1, 20_000);
  await world.killWorker();
  await world.killServer();
  await world.startWorker();

  const { status, result } = await run.outcome();
  expect(status).toBe('completed');
  expect(result).toMatchObject({ success: true, output: { summary: expect.any(String) } });
  expect(answersByRequest(models.requests)).toEqual([1, 1, 1]);
  expect(models.requests.filter(({ outcome }) => outcome === 'aborted')).toHaveLength(3);
  expect(result).toMatchObject({ usage: { calls: 6, cutCalls: 3 } });
  await expect(listed(run.workflowId)).resolves.toBe(true);
}, 120_000);

test('worker, then server killed in a list, an approval and a sub-pattern: the same result, no answered call repeated', async () => {
  const { cadenza, models } = world;
  const input: GivenInput<'pipeline'> = {
    input: { parts: ['one', 'two', 'three'] },
    steps: [
      {
        name: 'each',
        handler: 'generation',
        forEach: { items: 'input.parts', as: 'part', maxParallel: 1 },
        inputs: { text: 'part' },
      },
      { name: 'ok', approval: { message: 'Go on?' }, dependsOn: ['each'] },
      {
        name: 'inside',
        pattern: 'pipeline',
        config: {
          steps: [
            { name: 'ask', handler: 'generation', config: { text: 'inside' } },
            { name: 'again', handler: 'generation', config: { text: 'further inside' }, dependsOn: ['ask'] },
          ],
        },
        dependsOn: ['ok'],
      },
    ],
  };
  const start = async () => {
    const run = await cadenza.start('pipeline', input);
    const waits = async () => (await run.progress()).steps.find(({ name }) => name === 'ok')?.status === 'running';
    return { run, approve: () => run.approve({ step: 'ok', approved: true, by: 'test' }), waits };
  };
  const outputsOf = ({ results, output }: PipelineResult) => ({
    output,
    outputs: Object.values(results).map(({ stepName, output: own }) => (stepName === 'ok' ? null : own)),
  });

  await world.startWorker();
  const calm = await start();
  await waitUntil(calm.waits);
  await calm.approve();
  const expected = outputsOf(await calm.run.result());
  const before = models.requests.length;
  expect(before).toBe(5);

  const rough = await start();
  await models.until(({ answered, open }) => answered === before + 1 && open === 1, 20_000);
  await world.killWorker();
  await world.startWorker();
  await waitUntil(rough.waits, 30);
  await world.killWorker();
  await world.killServer();
  await world.startWorker();
  await waitUntil(rough.waits, 30);
  // On the wire when first the server, then the worker goes: the answer reaches nobody.
  const letGo = world.holdAnswers();
  await rough.approve();
  await models.until(({ open }) => open === 1, 20_000);
  await world.killServer();
  await world.killWorker();
  await models.until(({ open }) => open === 0, 20_000);
  letGo();
  await world.startWorker();
  await models.until(({ answered, open }) => answered === before + 4 && open === 1, 20_000);

  // Answered, and journalled, while there is no server that could be told.
  const journalled = await world.journalledAnswers();
  const serverIsBack = world.killServer();
  await waitUntil(async () => (await world.journalledAnswers()) === journalled + 1);
  await world.killWorker();
  await serverIsBack;
  await world.startWorker();

  const result = await rough.run.result();
  expect(outputsOf(result)).toEqual(expected);
  const requests = models.requests.slice(before);
  expect(answersByRequest(requests)).toEqual([1, 1, 1, 1, 1]);
  expect(requests.filter(({ outcome }) => outcome === 'aborted')).toHaveLength(2);
  expect(result.usage).toMatchObject({ calls: 7, cutCalls: 2 });
}, 180_000);
