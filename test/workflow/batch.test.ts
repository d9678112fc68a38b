import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope, GivenInput, RunHandle } from '../../src/client';
import type { BatchResult, ItemResult } from '../../src/contracts/batch.schema';
import { batchResultSchema, itemResultSchema } from '../../src/contracts/batch.schema';
import { check } from '../../src/contracts/check-input.schema';
import type { ContentReference } from '../../src/contracts/content';
import { isContentReference } from '../../src/contracts/content';
import type { JsonObject } from '../../src/contracts/json';
import type { InheritedContext } from '../../src/contracts/step-activity';
import { CANCEL_BOUND_MS } from '../helpers/cancel-bound';
import type { ScriptedAnswer } from '../helpers/scripted-model-server';
import { useServedWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

const world = useServedWorld();
afterEach(() => world.models.script(undefined));

type Given = GivenInput<'batch'>;

const promptOf = ({ body }: Parameters<ScriptedAnswer>[0]) => body.messages?.at(-1)?.content ?? '';
const numberIn = (request: Parameters<ScriptedAnswer>[0]) => Number(/number (\d+)/.exec(promptOf(request))?.[1]);
const ASK = { pattern: 'routeToModel', config: { task: 'generation', model: 'gpt' } } as const;
const numbers = (count: number, more: (n: number) => JsonObject = () => ({})) =>
  Array.from({ length: count }, (_, n): JsonObject => ({ input: `number ${n}`, ...more(n) }));

async function listOf(result: BatchResult): Promise<ItemResult[]> {
  const list: unknown = isContentReference(result.results)
    ? JSON.parse(await world.cadenza.readContent(result.results as ContentReference))
    : result.results;
  return (list as unknown[]).map((item) => check(itemResultSchema, item, 'item'));
}

async function ended(run: RunHandle<'batch'>) {
  const envelope = (await run.outcome()) as Envelope & { result: BatchResult };
  if (envelope.result) check(batchResultSchema, envelope.result, 'result');
  return { ...envelope, items: envelope.result ? await listOf(envelope.result) : [] };
}

async function journalRunOf(workflowId: string): Promise<string | undefined> {
  const history = await world.cadenza.temporal.workflow.getHandle(workflowId).fetchHistory();
  const { input } = history.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  const inherited = JSON.parse(Buffer.from(input?.payloads?.[1]?.data ?? []).toString()) as InheritedContext;
  return inherited.journal.firstRunId;
}

async function run(input: Given, answer?: ScriptedAnswer) {
  const before = world.models.requests.length;
  world.models.script(answer);
  const result = await ended(await world.cadenza.start('batch', input));
  return { ...result, requests: world.models.requests.slice(before) };
}

test('results come in the order of the items, with their ids, whatever ends first', async () => {
  const { status, result, items } = await run(
    { ...ASK, items: numbers(6, (n) => ({ id: `n${n}` })), maxParallel: 6 },
    (request) => ({ text: `it is ${numberIn(request)}`, delayMs: (5 - numberIn(request)) * 60 }),
  );
  expect(status).toBe('completed');
  expect(items.map(({ item, id, output }) => [item, id, output])).toEqual(
    [...Array(6).keys()].map((n) => [n, `n${n}`, { text: `it is ${n}` }]),
  );
  expect(result).toMatchObject({
    summary: { items: 6, completed: 6, failed: 0, cancelled: 0, notStarted: 0, failures: {}, firstFailures: [] },
    usage: { calls: 6, byStep: { items: { calls: 6 } } },
    partial: false,
  });
  expect(result.summary.labelled).toBeUndefined();
});

test('no more items run at once than the limit says, and as many do', async () => {
  let most = 0;
  await run({ ...ASK, items: numbers(10), maxParallel: 3 }, async () => {
    most = Math.max(most, world.models.open);
    return { text: 'x', delayMs: 150 };
  });
  expect(most).toBe(3);
});

test('what an item should have is counted, by value, and never shown to a model', async () => {
  const { result, items, requests } = await run(
    {
      ...ASK,
      compare: { extract: 'number' },
      items: numbers(4, (n) => (n === 3 ? {} : { expected: n === 1 ? 7 : `${n}.0` })),
    },
    (request) => `The answer is ${numberIn(request)}.`,
  );
  expect(items.map(({ correct, expected }) => [correct, expected])).toEqual([
    [true, '0.0'],
    [false, 7],
    [true, '2.0'],
    [undefined, undefined],
  ]);
  expect(result.summary).toMatchObject({ labelled: 3, correct: 2, accuracy: 2 / 3 });
  expect(JSON.stringify(requests.map(({ body }) => body))).not.toContain('2.0');
});

test('an item that fails or is none is reported with its failure, and the others go on', async () => {
  const { status, result, items } = await run(
    { ...ASK, items: [...numbers(2), { id: 'odd', input: 'number 2', nonsense: 1 }, ...numbers(1)], maxParallel: 1 },
    (request) => (numberIn(request) === 1 ? { status: 400, error: { message: 'no' } } : 'yes'),
  );
  expect(status).toBe('completed');
  expect(items.map(({ status: own, error }) => [own, error?.type])).toEqual([
    ['completed', undefined],
    ['failed', 'ModelRequestRejected'],
    ['failed', 'InvalidInput'],
    ['completed', undefined],
  ]);
  expect(result.summary).toMatchObject({
    completed: 2,
    failed: 2,
    failures: { ModelRequestRejected: 1, InvalidInput: 1 },
    firstFailures: [{ item: 1 }, { item: 2, id: 'odd', error: { message: expect.stringContaining('nonsense') } }],
  });
});

test('a batch of which every item fails has failed, and shows what became of each', async () => {
  const { status, error, items, result } = await run({ ...ASK, items: numbers(3) }, () => ({
    status: 401,
    error: { message: 'bad key' },
  }));
  expect(status).toBe('failed');
  expect(error).toMatchObject({
    type: 'AllItemsFailed',
    message: expect.stringMatching(/every one of 3 items failed: 3 AuthenticationFailed; first, items\[0\]/),
  });
  expect(items.map(({ status: own }) => own)).toEqual(['failed', 'failed', 'failed']);
  expect(result.summary.failed).toBe(3);
});

test.each<[string, Partial<Given>, string]>([
  [
    'ids that are the same',
    {
      items: [
        { id: 'a', input: 'x' },
        { id: 'a', input: 'y' },
      ],
    },
    'items[1].id',
  ],
  ['settings that do not fit', { config: { task: 'generation', modle: 'gpt' } }, 'modle'],
  ['a model that there is not', { config: { task: 'generation', model: 'gptt' } }, 'gptt'],
  ['a model of the first item that there is not', { items: [{ input: 'x', model: 'nobody' }] }, 'nobody'],
  ['an expression that is none', { compare: { extract: { jsonata: '((' } } }, 'compare.extract.jsonata'],
  ['an empty list', { items: [] }, 'items'],
])('%s are refused before anything is paid', async (_what, more, message) => {
  const before = world.models.requests.length;
  const input = { ...ASK, items: numbers(2), ...more };
  const error = await run(input).then(
    (envelope) => envelope.error,
    (refused: unknown) => refused as Error,
  );
  expect(error?.message).toContain(message);
  expect(world.models.requests).toHaveLength(before);
});

test('while it is paused no item starts, and it tells how far it is', async () => {
  world.models.script(() => ({ text: 'yes', delayMs: 200 }));
  const batch = await world.cadenza.start('batch', {
    ...ASK,
    items: numbers(12, () => ({ expected: 'yes' })),
    maxParallel: 2,
  });
  await waitUntil(async () => ((await batch.progress()).batch?.completed ?? 0) >= 3);
  await batch.pause();
  await waitUntil(async () => (await batch.progress()).batch?.running === 0);
  const before = world.models.requests.length;
  await sleep(600);
  expect(world.models.requests).toHaveLength(before);
  expect(await batch.status()).toBe('paused');
  const { status, batch: progress } = await batch.progress();
  expect(status).toBe('paused');
  expect(progress).toMatchObject({ items: 12, failed: 0, running: 0, accuracy: 1 });
  const { completed = 0, secondsLeft = 0, costUsd = 0, estimatedCostUsd = 0 } = progress ?? {};
  expect(completed).toBeLessThan(12);
  expect(secondsLeft).toBeGreaterThan(0.2);
  expect(estimatedCostUsd).toBeCloseTo((costUsd / completed) * 12, 9);
  await batch.resume();
  const { result } = await ended(batch);
  expect(result.summary).toMatchObject({ completed: 12, accuracy: 1 });
  expect(result.usage.costUsd).toBeCloseTo(estimatedCostUsd, 5);
});

test('a cancelled batch closes the connections of its items within two seconds, and shows what it has', async () => {
  world.models.script((request) => (numberIn(request) >= 2 ? { hang: true } : 'yes'));
  const batch = await world.cadenza.start('batch', { ...ASK, items: numbers(8), maxParallel: 3 });
  await world.models.until(({ open }) => open === 3);
  await waitUntil(async () => (await batch.progress()).batch?.completed === 2);
  const cancelledAt = Date.now();
  await batch.cancel();
  await world.models.until(({ open }) => open === 0);
  expect(Date.now() - cancelledAt).toBeLessThan(CANCEL_BOUND_MS);
  const { status, result, items } = await ended(batch);
  expect(status).toBe('cancelled');
  expect(result).toMatchObject({
    summary: { completed: 2, failed: 0, cancelled: 3, notStarted: 3 },
    partial: true,
    partialReason: 'the batch was cancelled after 2 of 8 items',
    usage: { calls: 5, cutCalls: 3 },
  });
  expect(items.map(({ item, status: own }) => [item, own])).toEqual([
    [0, 'completed'],
    [1, 'completed'],
    [2, 'cancelled'],
    [3, 'cancelled'],
    [4, 'cancelled'],
  ]);
});

test('a long batch continues as new, also beside an item that does not end, and asks nothing twice', async () => {
  const before = world.models.requests.length;
  let release = () => undefined as void;
  const released = new Promise<void>((resolve) => (release = resolve));
  world.models.script(async (request) => {
    if (numberIn(request) === 5) await released;
    return `it is ${numberIn(request)}`;
  });
  const items = numbers(36, (n) => ({ expected: `it is ${n}`, id: n }));
  const batch = await world.cadenza.start('batch', { ...ASK, items, maxParallel: 4 });
  await waitUntil(async () => (await batch.progress()).batch?.completed === 35, 60);
  expect((await world.cadenza.find(batch.workflowId)).runId).not.toBe(batch.runId);
  release();
  const { status, result, items: results } = await ended(batch);
  expect(status).toBe('completed');
  expect(result.summary).toMatchObject({ items: 36, completed: 36, correct: 36 });
  expect(results.map(({ id, output }) => [id, output])).toEqual(
    items.map(({ id, expected }) => [String(id), { text: expected }]),
  );
  const prompts = world.models.requests.slice(before).map(promptOf);
  expect(prompts).toHaveLength(36);
  expect(new Set(prompts).size).toBe(36);
  expect(result.usage).toMatchObject({ calls: 36, cutCalls: 0 });
  // Calls stand in the journal under the first run, whichever run started the item.
  const runs = await Promise.all([0, 35].map((item) => journalRunOf(`${batch.workflowId}/item-${item}`)));
  expect(runs).toEqual([batch.runId, batch.runId]);
}, 90_000);

test('cancelling a batch that has continued as new also ends items that an earlier run started', async () => {
  world.models.script((request) => (numberIn(request) === 0 || numberIn(request) >= 30 ? { hang: true } : 'yes'));
  const batch = await world.cadenza.start('batch', { ...ASK, items: numbers(31), maxParallel: 4 });
  await waitUntil(async () => (await batch.progress()).batch?.completed === 29, 60);
  expect((await world.cadenza.find(batch.workflowId)).runId).not.toBe(batch.runId);
  await world.models.until(({ open }) => open === 2);
  await batch.cancel();
  await world.models.until(({ open }) => open === 0);
  const { result } = await ended(batch);
  expect(result).toMatchObject({ summary: { completed: 29, cancelled: 2 }, usage: { calls: 31, cutCalls: 2 } });
}, 90_000);

test('a batch over ensembles sums how members agree, right and wrong', async () => {
  const wrong = ['a', 'a', 'b', 'right'];
  const { result } = await run(
    {
      pattern: 'ensemble',
      config: { task: 'generation', members: ['gpt', 'other'] },
      items: numbers(4, () => ({ expected: 'Right' })),
    },
    (request) =>
      request.body.model === 'gpt-test' ? (wrong[numberIn(request)] ?? '') : numberIn(request) < 2 ? 'a' : 'right',
  );
  // gpt: a a b right; other: a a right right.
  expect(result.summary.agreement).toEqual({
    pairs: [{ a: 0, b: 1, compared: 4, equal: 3, agreement: 0.75, bothWrong: 2, sameError: 2, errorAgreement: 1 }],
    members: [
      { member: 0, answers: 4, right: 1, accuracy: 0.25 },
      { member: 1, answers: 4, right: 2, accuracy: 0.5 },
    ],
    labelled: 4,
    allWrong: 2,
    coFailure: 0.5,
  });
  // Ties go to the first member.
  expect(result.summary).toMatchObject({ labelled: 4, correct: 1 });
});

test('items far larger than a page are run one page after the other', async () => {
  const long = 'word '.repeat(240_000);
  const { items, requests } = await run(
    {
      ...ASK,
      config: { task: 'generation', model: 'gpt' },
      items: numbers(4, (n) => ({ input: `number ${n}`, expected: `${n} ${long}` })),
    },
    (request) => `${numberIn(request)} ${long}`,
  );
  expect(items.map(({ item, correct }) => [item, correct])).toEqual([0, 1, 2, 3].map((n) => [n, true]));
  expect(requests).toHaveLength(4);
});

test('long texts and long lists travel by reference', async () => {
  const long = 'word '.repeat(2_000);
  const { items, requests, workflowId } = await run(
    { ...ASK, items: numbers(5, (n) => ({ input: `number ${n} ${long}` })) },
    (request) => `${numberIn(request)} ${long}`,
  );
  expect(requests.every((request) => promptOf(request).includes(long.trim()))).toBe(true);
  expect(items.map(({ output }) => (output as JsonObject)['text'])).toEqual(
    Array(5).fill(expect.objectContaining({ ref: expect.stringMatching(/^sha256:/) })),
  );
  const history = await world.cadenza.temporal.workflow.getHandle(workflowId ?? '').fetchHistory();
  expect(JSON.stringify(history).length).toBeLessThan(300_000);
  expect(JSON.stringify(history)).not.toContain('word word');
});
