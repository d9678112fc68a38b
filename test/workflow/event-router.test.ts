import { setTimeout as sleep } from 'node:timers/promises';
import type { GivenInput, RouterHandle, RunHandle } from '../../src/client';
import { CadenzaError } from '../../src/contracts/failures';
import type { JsonObject } from '../../src/contracts/json';
import type { Handlers } from '../../src/handlers/handler';
import type { CadenzaWorker } from '../../src/worker';
import { createWorker } from '../../src/worker';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

/** What handlers were called with, in order. */
const calls: JsonObject[] = [];
const release = new Set<string>();

const handlers: Handlers = {
  note: (inputs, config) => {
    calls.push({ ...config, ...inputs });
    return { ...config, ...inputs };
  },
  slow: async (inputs, _config, { signal }) => {
    calls.push({ at: 'start', ...inputs });
    await sleep(Number(inputs['ms'] ?? 100), undefined, { signal });
    calls.push({ at: 'end', ...inputs });
    return inputs;
  },
  broken: (inputs) => {
    if (inputs['word'] !== undefined && release.has(String(inputs['word']))) return inputs;
    throw new CadenzaError('DocumentCorrupt', 'x.pdf is damaged');
  },
};

let world: TestWorld;
let worker: CadenzaWorker;
let served: Promise<void>;
const routers: RunHandle[] = [];

beforeAll(async () => {
  world = await createTestWorld();
  worker = await createWorker({ environment: world.environment, handlers });
  served = worker.run();
});

afterAll(async () => {
  await Promise.all(routers.map((router) => router.cancel().catch(() => undefined)));
  worker.shutdown();
  await served;
  await world.close();
  await closeTestServer();
});

beforeEach(() => {
  calls.length = 0;
  release.clear();
});

type Router = RouterHandle & { id: string; run: RunHandle<'eventRouter'> };
type Subscriptions = NonNullable<GivenInput<'eventRouter'>['subscriptions']>;

async function router(subscriptions: Subscriptions, more: GivenInput<'eventRouter'> = {}): Promise<Router> {
  const run = await world.cadenza.start('eventRouter', { subscriptions, ...more });
  routers.push(run);
  return { ...world.cadenza.router(run.workflowId), id: run.workflowId, run };
}
const counts = async ({ run }: Router) => (await run.progress()).events;
const rest = (one: Router) =>
  waitUntil(async () => {
    const events = await counts(one);
    return events?.backlog === 0 && events.running === 0 && events.received > 0;
  });
const emit = (one: Router, type: string, data: JsonObject = {}, more: object = {}) =>
  world.cadenza.emit(one.id, { type, data, ...more });

test('an event goes to every subscription for its type, and to no other', async () => {
  const one = await router([
    { name: 'exact', on: 'order.paid', handler: 'note', config: { who: 'exact' }, inputs: { id: 'data.id' } },
    { name: 'wild', on: 'order.*', handler: 'note', config: { who: 'wild' }, inputs: { type: 'type' } },
    { name: 'other', on: 'order.*.late', handler: 'note', config: { who: 'other' } },
  ]);
  await emit(one, 'order.paid', { id: 7 });
  await rest(one);
  expect(calls.sort((a, b) => (String(a['who']) < String(b['who']) ? -1 : 1))).toEqual([
    { who: 'exact', id: 7 },
    { who: 'wild', type: 'order.paid' },
  ]);
  expect(await counts(one)).toMatchObject({ received: 1, handled: 2, failed: 0, deadLetters: 0, handledPerMinute: 2 });
});

test('each handler emits what came of it, and what the subscription asks for, to whoever subscribes', async () => {
  const one = await router([
    { on: 'a', handler: 'note', config: { word: 'x' }, emit: 'b' },
    {
      on: 'b',
      handler: 'note',
      config: { step: 'b' },
      inputs: { word: 'data.word' },
      emit: { type: 'c', data: { w: 'result.word', n: { value: 1 }, hops: 'data.word' } },
    },
    { on: 'c', handler: 'note', config: { step: 'c' }, inputs: { all: 'data' } },
    {
      on: 'a.completed',
      handler: 'note',
      config: { step: 'done' },
      inputs: { result: 'data.result', by: 'data.handler', was: 'data.original.type' },
    },
  ]);
  await emit(one, 'a');
  await rest(one);
  expect(calls).toContainEqual({ step: 'b', word: 'x' });
  expect(calls).toContainEqual({ step: 'c', all: { w: 'x', n: 1, hops: 'x' } });
  expect(calls).toContainEqual({ step: 'done', result: { word: 'x' }, by: 'a note', was: 'a' });
  expect(calls).toHaveLength(4);
});

test('a handler that fails emits its typed failure, becomes a dead letter, and holds up no other', async () => {
  const one = await router([
    { name: 'bad', on: 'a', handler: 'broken', inputs: { word: 'data.word' } },
    { name: 'good', on: 'a', handler: 'note', config: { step: 'good' } },
    {
      on: 'a.failed',
      handler: 'note',
      config: { step: 'failed' },
      inputs: { error: 'data.error', by: 'data.handler' },
    },
  ]);
  await emit(one, 'a', { word: 'w' });
  await rest(one);
  expect(calls).toContainEqual({ step: 'good' });
  expect(calls).toContainEqual({
    step: 'failed',
    by: 'bad',
    error: { type: 'DocumentCorrupt', message: 'step "handle": x.pdf is damaged' },
  });
  const [letter, ...others] = await one.deadLetters();
  expect(others).toEqual([]);
  expect(letter).toMatchObject({ reason: 'failed', subscription: 'bad', error: { type: 'DocumentCorrupt' } });
});

test('a dead letter that is retried goes to its own subscription only; one that is dropped is gone', async () => {
  const one = await router([
    { name: 'bad', on: 'a', handler: 'broken', inputs: { word: 'data.word' } },
    { name: 'good', on: 'a', handler: 'note', config: { step: 'good' } },
  ]);
  await emit(one, 'a', { word: 'first' });
  await emit(one, 'a', { word: 'second' });
  await rest(one);
  release.add('first');
  const letters = await one.deadLetters();
  const first = letters.find(({ event }) => (event.data as JsonObject)['word'] === 'first');
  expect(await one.retryDeadLetters({ ids: [first?.id ?? ''] })).toBe(1);
  await rest(one);
  expect(calls).toHaveLength(2);
  expect(await counts(one)).toMatchObject({ handled: 3, failed: 2, deadLetters: 1 });
  await expect(one.dropDeadLetters({ ids: ['nothing'] })).rejects.toMatchObject({ type: 'InvalidInput' });
  expect(await one.dropDeadLetters({ all: true })).toBe(1);
  expect(await one.deadLetters()).toEqual([]);
});

test('what nobody subscribes to is a dead letter, and finds its handler once there is one', async () => {
  const one = await router([]);
  await emit(one, 'lonely', { n: 1 });
  await rest(one);
  expect(await one.deadLetters()).toMatchObject([{ reason: 'unhandled', event: { type: 'lonely' } }]);
  expect(await one.subscribe({ on: 'lonely', handler: 'note', inputs: { n: 'data.n' } })).toBe('lonely note');
  expect(await one.retryDeadLetters({ all: true })).toBe(1);
  await rest(one);
  expect(calls).toEqual([{ n: 1 }]);
  await one.unsubscribe('lonely note');
  await emit(one, 'lonely');
  await rest(one);
  expect(calls).toHaveLength(1);
});

test('subscriptions that come at the same moment are all there, and the router goes on', async () => {
  const one = await router([]);
  const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
  const added = names.map((name) => one.subscribe({ name, on: 'a', handler: 'note', inputs: { id: 'id' } }));
  expect(await Promise.all(added)).toEqual(names);
  await emit(one, 'a');
  await rest(one);
  expect(await counts(one)).toMatchObject({ handled: 8 });
});

test('dead letters that many retry at the same moment are queued once', async () => {
  const one = await router([]);
  await world.cadenza.emit(
    one.id,
    Array.from({ length: 90 }, () => ({ type: 'lonely' })),
  );
  await waitUntil(async () => (await counts(one))?.deadLetters === 90);
  await one.run.pause();
  const retried = await Promise.all([1, 2, 3, 4].map(() => one.retryDeadLetters({ all: true })));
  expect(retried.reduce((sum, count) => sum + count)).toBe(90);
  expect(await counts(one)).toMatchObject({ backlog: 90, deadLetters: 0 });
});

test('an event that came before is not handled again; the same id from another source is another event', async () => {
  const one = await router([{ on: 'a', handler: 'note' }]);
  await emit(one, 'a', {}, { id: '1', source: 'shop' });
  await emit(one, 'a', {}, { id: '1', source: 'shop' });
  await emit(one, 'a', {}, { id: '1', source: 'other' });
  await rest(one);
  expect(calls).toHaveLength(2);
  expect(await counts(one)).toMatchObject({ received: 3, repeated: 1, handled: 2 });
});

test('a filter keeps events out, and one that can not be evaluated fails for its own subscription', async () => {
  const one = await router([
    { name: 'english', on: 'text', handler: 'note', filter: "data.language = 'en'", inputs: { n: 'data.n' } },
    { name: 'odd', on: 'text', handler: 'note', filter: 'data.n + 1', config: { odd: true } },
  ]);
  await emit(one, 'text', { language: 'en', n: 1 });
  await emit(one, 'text', { language: 'de', n: 2 });
  await rest(one);
  expect(calls).toEqual([{ n: 1 }]);
  const letters = await one.deadLetters();
  expect(letters.map(({ subscription, error }) => [subscription, error?.type])).toEqual([
    ['odd', 'ExpressionFailed'],
    ['odd', 'ExpressionFailed'],
  ]);
});

test('events of one order are handled one after the other, those of others beside them', async () => {
  const one = await router([
    { on: 'a', handler: 'slow', inputs: { key: 'data.key', n: 'data.n', ms: 'data.ms' }, orderBy: 'data.key' },
  ]);
  await world.cadenza.emit(
    one.id,
    [0, 1, 2].flatMap((n) => ['x', 'y'].map((key) => ({ type: 'a', data: { key, n, ms: 150 - n * 50 } }))),
  );
  await rest(one);
  for (const key of ['x', 'y']) {
    const own = calls.filter((call) => call['key'] === key).map(({ at, n }) => `${String(at)} ${String(n)}`);
    expect(own).toEqual(['start 0', 'end 0', 'start 1', 'end 1', 'start 2', 'end 2']);
  }
  const ys = calls.findIndex((call) => call['key'] === 'y');
  expect(ys).toBeLessThan(calls.findIndex((call) => call['key'] === 'x' && call['at'] === 'end'));
});

test('a loop of events ends after the given number of hops, with a failed event', async () => {
  const one = await router(
    [
      { on: 'ping', handler: 'note', config: { at: 'ping' }, emit: 'pong' },
      { on: 'pong', handler: 'note', config: { at: 'pong' }, emit: 'ping' },
      { on: '*.failed', handler: 'note', config: { at: 'failed' }, inputs: { error: 'data.error.type' } },
    ],
    { maxHops: 4 },
  );
  await emit(one, 'ping');
  await rest(one);
  expect(calls.filter(({ at }) => at === 'ping' || at === 'pong')).toHaveLength(5);
  expect(calls).toContainEqual({ at: 'failed', error: 'HopLimit' });
  expect(await one.deadLetters()).toMatchObject([{ reason: 'hops', error: { type: 'HopLimit' } }]);
});

test('a definition is given the data of the event, or what the inputs map', async () => {
  await world.cadenza.definitions.define({
    name: 'shout',
    steps: [{ name: 'say', handler: 'note', inputs: { word: 'input.word' } }],
  });
  const one = await router([
    { name: 'whole', on: 'a', definition: 'shout' },
    { name: 'mapped', on: 'a', definition: 'shout', inputs: { word: 'data.other' } },
  ]);
  await emit(one, 'a', { word: 'x', other: 'y' });
  await rest(one);
  expect(calls.map(({ word }) => word).sort()).toEqual(['x', 'y']);
});

test('a handler that waits for approval is decided under its own id', async () => {
  await world.cadenza.definitions.define({
    name: 'asking',
    steps: [
      { name: 'ok', approval: { message: 'Go on?' } },
      { name: 'say', handler: 'note', dependsOn: ['ok'] },
    ],
  });
  const one = await router([{ on: 'a', definition: 'asking' }]);
  await emit(one, 'a');
  await waitUntil(async () => (await counts(one))?.running === 1);
  const run = await world.cadenza.find(`${one.id}/e1`);
  await waitUntil(async () => (await run.progress()).steps[0]?.status === 'running');
  await run.approve({ step: 'ok', approved: true, by: 'test' });
  await rest(one);
  expect(calls).toHaveLength(1);
});

test('a router that continues as new keeps what waits, what it has seen, and the handlers that run', async () => {
  await world.cadenza.definitions.define({ name: 'long', steps: [{ name: 'ok', approval: { message: 'Go on?' } }] });
  const one = await router([
    { on: 'long', definition: 'long' },
    { on: 'a', handler: 'note', inputs: { n: 'data.n' } },
    { on: 'bad', handler: 'broken' },
  ]);
  const raw = world.cadenza.temporal.workflow.getHandle(one.id);
  const again = { id: 'again', type: 'a', source: 'test', time: new Date().toISOString(), data: { n: 'again' } };
  let repeats = 0;
  // Every signal makes the history longer; most are of an event that has come before, which costs nothing else.
  const continueOnce = async () => {
    const { runId } = await raw.describe();
    for (let n = 0; ; n += 1) {
      const now = await raw.describe();
      if (now.runId !== runId) return;
      // Handlers that run have two seconds to end, in which it need not grow any more.
      if (now.historyLength < 160) {
        const events = [...Array(5).keys()].map(() => ({ type: 'a', data: { n } }));
        const signals = [...Array(40).keys()].map(() => raw.signal('emit', { events: [again] }));
        await Promise.all([world.cadenza.emit(one.id, events), ...signals]);
        repeats += 40;
      }
      await sleep(100);
    }
  };
  await emit(one, 'long', {}, { id: 'first', source: 'test' });
  await emit(one, 'long', {}, { id: 'second', source: 'test' });
  await emit(one, 'bad');
  await raw.signal('emit', { events: [again] });
  await waitUntil(async () => (await counts(one))?.deadLetters === 1);
  await continueOnce();
  await emit(one, 'long', {}, { id: 'first', source: 'test' });
  await waitUntil(async () => (await counts(one))?.repeated === repeats + 1);
  await waitUntil(async () => (await counts(one))?.running === 2);
  expect(await one.deadLetters()).toHaveLength(1);

  // One reports its end to a run that did not start it; the other is ended without a word.
  const [reporting, lost] = await Promise.all(['e1', 'e2'].map((id) => world.cadenza.find(`${one.id}/${id}`)));
  await reporting?.approve({ step: 'ok', approved: true, by: 'test' });
  await waitUntil(async () => (await counts(one))?.running === 1);
  await world.cadenza.temporal.workflow.getHandle(lost?.workflowId ?? '').terminate();
  await continueOnce();
  await rest(one);
  const { handled, failed, received = 0, repeated = 0 } = { ...(await counts(one)) };
  expect({ failed, repeated, handled }).toEqual({ failed: 2, repeated: repeats + 1, handled: received - repeated - 2 });
  expect((await one.deadLetters()).map(({ error }) => error?.type)).toEqual(['DocumentCorrupt', 'Terminated']);
  expect(new Set(calls.map(({ n }) => n)).size).toBeGreaterThan(0);
});

test('settings of a subscription are laid over the steps of its definition', async () => {
  await world.cadenza.definitions.define({ name: 'set', steps: [{ name: 'say', handler: 'note', config: { a: 1 } }] });
  const one = await router([{ on: 'a', definition: 'set', config: { say: { a: 2 } } }]);
  await emit(one, 'a');
  await rest(one);
  expect(calls).toEqual([{ a: 2 }]);
});

test('a paused router takes events and starts no handler until it is resumed', async () => {
  const one = await router([{ on: 'a', handler: 'note' }]);
  await one.run.pause();
  await emit(one, 'a');
  await sleep(500);
  expect({ calls: calls.length, status: await one.run.status() }).toEqual({ calls: 0, status: 'paused' });
  await one.run.resume();
  await rest(one);
  expect(calls).toHaveLength(1);
});

test('large data travels by reference and arrives whole', async () => {
  const one = await router([{ on: 'a', handler: 'note', inputs: { text: 'data.text' } }]);
  await emit(one, 'a', { text: 'x'.repeat(100_000) });
  await rest(one);
  expect(String(calls[0]?.['text'])).toHaveLength(100_000);
});

describe('refuses', () => {
  test.each([
    [{ type: 'a b' }, 'type'],
    [{ type: 'a', id: '' }, 'id'],
    [{ type: 'a', time: 'yesterday' }, 'time'],
    [{ type: 'a', extension: { deep: 1 } }, 'extension'],
  ])('the event %j', async (event, field) => {
    const one = await router([]);
    await expect(world.cadenza.emit(one.id, event as never)).rejects.toMatchObject({ type: 'InvalidInput', field });
  });

  test('an event over the limit, saying what to do', async () => {
    const one = await router([]);
    const given = emit(one, 'a', { text: 'x'.repeat(1_100_000) });
    await expect(given).rejects.toThrow('at most 1048576; store the document and send its reference');
  });

  test('an event of a type that a strict router does not know; where it comes by a raw signal it is a dead letter', async () => {
    const one = await router([{ on: 'order.*', handler: 'note' }], { strict: true });
    await waitUntil(async () => (await counts(one)) !== undefined);
    await expect(emit(one, 'ordr.paid')).rejects.toMatchObject({ type: 'InvalidInput', field: 'type' });
    const event = { id: '1', type: 'ordr.paid', source: 'raw', time: new Date().toISOString() };
    await world.cadenza.temporal.workflow.getHandle(one.id).signal('emit', { events: [event, 'nonsense', null] });
    await waitUntil(async () => (await one.deadLetters()).length === 3);
    expect((await one.deadLetters()).map(({ reason }) => reason)).toEqual(['refused', 'refused', 'refused']);
  });

  test('events for a router that is not there', async () => {
    await expect(world.cadenza.emit('no-such', { type: 'a' })).rejects.toMatchObject({ type: 'RunNotFound' });
  });

  test.each([
    [{ on: 'a', handler: 'nte' }, 'UnknownHandler', 'subscriptions[0].handler'],
    [{ on: 'a', handler: 'note', definition: 'x' }, 'InvalidInput', 'subscriptions[0]'],
    [{ on: 'a..b', handler: 'note' }, 'InvalidInput', 'subscriptions[0].on'],
    [{ on: 'a', handler: 'note', filter: 'dta.x' }, 'InvalidInput', 'subscriptions[0].filter'],
    [{ on: 'a', handler: 'note', filter: '((' }, 'InvalidInput', 'subscriptions[0].filter'],
    [{ on: 'a', handler: 'note', inputs: { x: 'dat.x' } }, 'InvalidInput', 'subscriptions[0].inputs.x'],
    [{ on: 'a', handler: 'note', orderBy: '???' }, 'InvalidInput', 'subscriptions[0].orderBy'],
    [{ on: 'a.completed', handler: 'note', emit: 'b' }, 'InvalidInput', 'subscriptions[0].emit'],
    [{ on: 'a', pattern: 'chain' }, 'InvalidInput', 'subscriptions[0].config'],
  ])('the subscription %j', async (subscription, type, field) => {
    const start = async () => (await router([subscription as never])).run.outcome();
    const outcome = await start().catch((error: CadenzaError) => ({ error }));
    expect(outcome.error).toMatchObject({ type, field });
  });

  test('two subscriptions of one name', async () => {
    const one = await router([{ on: 'a', handler: 'note' }]);
    await expect(one.subscribe({ on: 'a', handler: 'note' })).rejects.toMatchObject({ type: 'InvalidInput' });
    await expect(one.unsubscribe('a nte')).rejects.toThrow('did you mean "a note"');
  });
});

test('signals of nonsense, and events over the limit of one payload, do no harm', async () => {
  const one = await router([{ on: 'a', handler: 'note', inputs: { text: 'data.text' } }]);
  const raw = world.cadenza.temporal.workflow.getHandle(one.id);
  const event = (id: string, more: object) => ({
    id,
    type: 'a',
    source: 'raw',
    time: new Date().toISOString(),
    ...more,
  });
  for (const nonsense of [null, 5, { events: 'x' }, { events: [[], 7, { id: {}, source: [] }] }]) {
    await raw.signal('emit', nonsense);
    await raw.signal('handled', nonsense);
    await raw.signal('handled', { handling: 'e1', outcome: nonsense });
  }
  await expect(raw.executeUpdate('retryDeadLetters', { args: [null] })).rejects.toThrow();
  await expect(raw.executeUpdate('subscribe', { args: [null] })).rejects.toThrow();
  await raw.signal('emit', { events: [event('1', { data: { text: 'x'.repeat(900_000) } })] });
  await raw.signal('emit', { events: [event('2', { data: { text: 'é'.repeat(600_000) } })] });
  await raw.signal('emit', { events: [event('3'.repeat(100_000), { data: {} })] });
  for (let n = 0; n < 10; n += 1) {
    await raw.signal('emit', { events: [event(`big${n}`, { data: { text: 'y'.repeat(300_000) } })] });
  }
  await rest(one);
  expect(calls.map(({ text }) => String(text).length).sort((a, b) => b - a)).toEqual([
    900_000,
    ...Array.from({ length: 10 }, () => 300_000),
  ]);
  expect((await one.deadLetters()).map(({ reason }) => reason)).toEqual(Array.from({ length: 8 }, () => 'refused'));
});

test('what no router sends is refused by the workflow that handles an event', async () => {
  for (const args of [[], [null], [{ event: 1 }], [{ event: {}, subscription: {} }]]) {
    const given = world.cadenza.temporal.workflow.execute('handleEvent', {
      taskQueue: 'cadenza',
      workflowId: `forged-${Math.random()}`,
      args,
    });
    await expect(given).rejects.toMatchObject({ cause: { type: expect.any(String) as string } });
  }
});

test('a router that is cancelled cancels its handlers', async () => {
  const one = await router([{ on: 'a', handler: 'slow', inputs: { ms: { value: 60_000 } } }]);
  await emit(one, 'a');
  await waitUntil(async () => (await counts(one))?.running === 1);
  await one.run.cancel();
  const { status } = await one.run.outcome();
  expect(status).toBe('cancelled');
  expect(await (await world.cadenza.find(`${one.id}/e1`)).status()).toBe('cancelled');
});
