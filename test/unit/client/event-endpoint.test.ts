import { setTimeout as sleep } from 'node:timers/promises';
import { CadenzaError } from '../../../src/contracts/failures';
import { createWebhookSender } from '../../../src/webhooks/create-webhook-sender';
import {
  TOKEN,
  SECRET,
  OLD_SECRET,
  EVENT,
  CE_HEADERS,
  BEARER,
  STRUCTURED,
  BATCH,
  JSON_DATA,
  start,
  post,
  signed,
} from './event-endpoint-world';

describe('an event', () => {
  test('is taken in structured mode, with its extensions and data as they are', async () => {
    const world = await start();
    for (const data of [{ a: [1, { b: null }] }, false, 0, '', null, 'text', [], 1e300]) {
      const time = '2026-01-02T03:04:05.678901+02:00';
      const sent = { ...EVENT, time, subject: 'a.pdf', tenant: 'x1', count: 7, urgent: false, hops: 3, data };
      expect(await post(world.url, STRUCTURED, sent)).toMatchObject({ status: 202, body: { accepted: 1 } });
      expect(world.accepted.at(-1)).toEqual([sent]);
    }
  });

  test('is taken in binary mode, with percent-encoded attributes', async () => {
    const world = await start();
    const headers = { 'ce-subject': 'Gr%C3%BC%C3%9Fe%20100%', 'ce-time': '2026-01-02T03:04:05Z', 'ce-tenant': 'x1' };
    const answer = await post(world.url, { ...JSON_DATA, ...headers, 'ce-hops': '2' }, { n: 0 });
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect(world.accepted).toEqual([
      [
        {
          ...EVENT,
          subject: 'Grüße 100%',
          time: '2026-01-02T03:04:05Z',
          tenant: 'x1',
          hops: 2,
          datacontenttype: 'application/json',
          data: { n: 0 },
        },
      ],
    ]);
  });

  test('without a time happened now; without data its data is null', async () => {
    const world = await start();
    expect((await post(world.url, STRUCTURED, EVENT)).status).toBe(202);
    expect((await post(world.url, { ...BEARER, ...CE_HEADERS }, '')).status).toBe(202);
    for (const [event] of world.accepted) {
      expect(event).toMatchObject({ ...EVENT, data: null, hops: 0 });
      expect(Math.abs(Date.now() - Date.parse(String(event?.time)))).toBeLessThan(60_000);
    }
  });

  test('is taken in a batch, all in their order or none', async () => {
    const world = await start();
    const batch = Array.from({ length: 1000 }, (_, index) => ({ ...EVENT, id: String(index) }));
    expect(await post(world.url, BATCH, batch)).toMatchObject({ status: 202, body: { accepted: 1000 } });
    expect(world.accepted[0]?.map(({ id }) => id)).toEqual(batch.map(({ id }) => id));
    expect(await post(world.url, BATCH, [])).toMatchObject({ status: 202, body: { accepted: 0 } });
    const bad = [...batch.slice(0, 3), { ...EVENT, source: 7 }];
    expect(await post(world.url, BATCH, bad)).toMatchObject({
      status: 400,
      body: { error: { type: 'InvalidInput', field: '[3].source' } },
    });
    expect(await post(world.url, BATCH, [...batch, EVENT])).toMatchObject({ status: 413 });
    expect(world.accepted).toHaveLength(1);
    expect(world.answers).toEqual([
      { status: 202, events: 1000 },
      { status: 202, events: 0 },
      { status: 400, events: 0 },
      { status: 413, events: 0 },
    ]);
  });

  test('brings data that is not JSON as a document', async () => {
    const world = await start();
    const bytes = Uint8Array.from([0x25, 0x50, 0x44, 0x46, 0, 0xff, 0xfe]);
    const pdf = { ...BEARER, ...CE_HEADERS, 'content-type': 'application/pdf' };
    expect((await post(world.url, { ...pdf, 'ce-subject': 'in/2026/invoice.pdf' }, bytes)).status).toBe(202);
    const encoded = { ...EVENT, datacontenttype: 'image/png', data_base64: Buffer.from(bytes).toString('base64') };
    expect((await post(world.url, STRUCTURED, encoded)).status).toBe(202);
    const text = Buffer.from(bytes).toString('latin1');
    expect(world.stored).toEqual([
      { text, mediaType: 'application/pdf', name: 'invoice.pdf' },
      { text, mediaType: 'image/png', name: '1' },
    ]);
    expect(world.accepted.map(([event]) => event?.data)).toEqual([
      { ref: expect.stringMatching(/^sha256:/), bytes: 7, mediaType: 'application/pdf', name: 'invoice.pdf' },
      { ref: expect.stringMatching(/^sha256:/), bytes: 7, mediaType: 'image/png', name: '1' },
    ]);
    for (const [event] of world.accepted) expect(event).not.toHaveProperty('data_base64');
  });

  test('brings JSON in Base64, or of a type that is written in JSON, as JSON', async () => {
    const world = await start();
    const data_base64 = Buffer.from('{"a":1}').toString('base64');
    await post(world.url, STRUCTURED, { ...EVENT, datacontenttype: 'application/json', data_base64 });
    await post(world.url, { ...JSON_DATA, 'content-type': 'application/vnd.x+json; charset="UTF-8"' }, '{"a":1}');
    expect(world.accepted.map(([event]) => event?.data)).toEqual([{ a: 1 }, { a: 1 }]);
  });
});

describe('the answer 202', () => {
  test('waits until the events are safe', async () => {
    let release = () => {};
    const safe = new Promise<void>((resolve) => (release = resolve));
    const world = await start({ accept: () => safe });
    let answered = false;
    const answer = post(world.url, STRUCTURED, EVENT).finally(() => (answered = true));
    await sleep(200);
    expect(answered).toBe(false);
    release();
    expect((await answer).status).toBe(202);
  });

  const failures: [string, unknown, number, string][] = [
    ['an unknown type', new CadenzaError('InvalidInput', 'no subscription', { field: 'type' }), 422, 'InvalidInput'],
    ['no such router', new CadenzaError('RunNotFound', 'no run'), 404, 'RunNotFound'],
    ['no server', new CadenzaError('ServerUnavailable', 'no server'), 503, 'ServerUnavailable'],
    ['a server away', Object.assign(new Error('14 UNAVAILABLE'), { code: 14 }), 503, 'ServerUnavailable'],
    ['a deadline', new Error('x', { cause: Object.assign(new Error(), { code: 4 }) }), 503, 'ServerUnavailable'],
    ['no store', new CadenzaError('StoreUnavailable', 'disk full'), 503, 'StoreUnavailable'],
    ['a defect', new TypeError('secret innards'), 500, 'Internal'],
  ];
  test.each(failures)('does not come for %s', async (_what, failure, status, type) => {
    const world = await start({ accept: () => Promise.reject(failure as Error) });
    const answer = await post(world.url, STRUCTURED, EVENT);
    expect(answer).toMatchObject({ status, body: { error: { type } } });
    expect(answer.headers.has('retry-after')).toBe(status === 503);
    expect(answer.body.error?.message).not.toContain('innards');
    if (status === 422) expect(answer.body.error?.field).toBe('type');
  });

  test('does not come where the router takes too long, though it may have the events', async () => {
    const world = await start({
      accept: () => sleep(400).then(() => Promise.reject(new Error())),
      acceptTimeoutMs: 100,
    });
    const answer = await post(world.url, STRUCTURED, EVENT);
    expect(answer).toMatchObject({ status: 503, body: { error: { type: 'ServerUnavailable' } } });
    expect(answer.headers.get('retry-after')).toBe('5');
    await sleep(400);
  });

  test('does not come where a document could not be stored', async () => {
    const world = await start({
      storeBytes: () => Promise.reject(new CadenzaError('StoreUnavailable', 'the disk is full')),
    });
    const answer = await post(world.url, { ...JSON_DATA, 'content-type': 'text/plain' }, 'x');
    expect(answer).toMatchObject({ status: 503, body: { error: { type: 'StoreUnavailable' } } });
    expect(world.accepted).toEqual([]);
  });

  test('still comes for a request in flight while the endpoint closes, and no new one is taken', async () => {
    const world = await start({ accept: () => sleep(300) });
    const answer = post(world.url, STRUCTURED, EVENT);
    await sleep(100);
    const closing = world.endpoint.close();
    expect((await answer).status).toBe(202);
    const startedAt = Date.now();
    await closing;
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    await expect(fetch(`${world.url}/healthz`)).rejects.toThrow();
  });
});

describe('who may send', () => {
  test.each([
    ['nothing', {}],
    ['a wrong token', { authorization: `Bearer ${TOKEN}x` }],
    ['a shorter token', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['the token without its scheme', { authorization: TOKEN }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['a signature where none is expected', signed(JSON.stringify(EVENT))],
  ])('nobody with %s', async (_what, headers) => {
    const world = await start();
    const answer = await post(world.url, { 'content-type': 'application/cloudevents+json', ...headers }, EVENT);
    expect(answer).toMatchObject({ status: 401, body: { error: { type: 'Unauthorized' } } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(answer.body.error?.message).not.toContain(TOKEN.slice(0, 8));
    expect(world.accepted).toEqual([]);
  });

  test('who signed the body with one of the secrets, within five minutes', async () => {
    const world = await start({ token: undefined, secrets: [SECRET, OLD_SECRET] });
    const body = JSON.stringify(EVENT);
    const minutes = (count: number) => new Date(Date.now() + count * 60_000);
    const cases: [Record<string, string>, string, number][] = [
      [signed(body), body, 202],
      [signed(body, OLD_SECRET), body, 202],
      [signed(body, SECRET, minutes(-4)), body, 202],
      [signed(body, SECRET, minutes(-6)), body, 401],
      [signed(body, SECRET, minutes(6)), body, 401],
      [signed(body), body.replace('"1"', '"2"'), 401],
      [signed(body, 'some-other-secret-of-theirs'), body, 401],
      [{ ...signed(body), 'webhook-id': 'msg_2' }, body, 401],
      [{ ...signed(body), 'webhook-timestamp': 'now' }, body, 401],
      [{ ...signed(body), 'webhook-signature': 'v1' }, body, 401],
      [{ ...signed(body), 'webhook-signature': 'v1,' }, body, 401],
      [{ ...signed(body), authorization: `Bearer ${TOKEN}` }, body, 202],
      [STRUCTURED, body, 401],
    ];
    for (const [index, [headers, sent, status]] of cases.entries()) {
      expect([index, (await post(world.url, headers, sent)).status]).toEqual([index, status]);
    }
    expect(world.accepted).toHaveLength(4);
  });

  test('not who signed a body whose attributes are in headers, which nothing signs', async () => {
    const world = await start({ token: undefined, secrets: [SECRET] });
    const headers = { ...signed('{}'), ...CE_HEADERS, 'content-type': 'application/json' };
    expect(await post(world.url, headers, '{}')).toMatchObject({ status: 401 });
  });

  test('not who signed bytes that are no text: they would all be the same to the signature', async () => {
    const world = await start({ token: undefined, secrets: [SECRET] });
    const text = JSON.stringify({ ...EVENT, subject: '\ufffd' });
    const bytes = Buffer.from(text).toString('latin1').replace('\u00ef\u00bf\u00bd', '\u00ff');
    expect((await post(world.url, signed(text), Buffer.from(bytes, 'latin1'))).status).toBe(401);
    expect((await post(world.url, signed(text), text)).status).toBe(202);
  });

  test('a webhook of Cadenza itself', async () => {
    const world = await start({ token: undefined, secrets: [SECRET] });
    const body = { ...EVENT, data: { status: 'completed' } };
    await createWebhookSender({ secret: SECRET, allowPrivate: true }).send({ url: world.url, id: 'run.1', body });
    expect(world.accepted).toMatchObject([[{ id: '1', data: { status: 'completed' } }]]);
  });

  test('a webhook with type, timestamp and data, as Standard Webhooks suggests: its id is that of the event', async () => {
    const world = await start({ token: undefined, secrets: [SECRET] });
    const sender = createWebhookSender({ secret: SECRET, allowPrivate: true });
    const body = { type: 'pipeline.extract.completed', timestamp: '2026-01-02T03:04:05.678Z', data: { status: 'ok' } };
    for (let time = 0; time < 2; time += 1) await sender.send({ url: world.url, id: 'run/extract/1/0', body });
    const [first, second] = world.accepted.flat();
    expect(first).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      source: 'webhook',
      type: body.type,
      time: body.timestamp,
      hops: 0,
      data: body.data,
    });
    expect(second).toEqual(first);
    for (const [wrong, field] of [
      [{ data: 1 }, 'type'],
      [{ type: 'a', timestamp: 'now' }, 'time'],
      [[], 'body'],
    ] as const) {
      const text = JSON.stringify(wrong);
      const headers = { ...signed(text), 'content-type': 'application/json' };
      expect(await post(world.url, headers, text)).toMatchObject({ status: 400, body: { error: { field } } });
    }
  });

  test.each([
    ['neither token nor secret', { token: undefined }],
    ['a short token', { token: 'short' }],
    ['a short secret', { token: undefined, secrets: ['short'] }],
  ])('cannot be decided with %s: the endpoint is not made', async (_what, credentials) => {
    await expect(start(credentials)).rejects.toMatchObject({
      type: 'ConfigurationInvalid',
      message: expect.not.stringContaining('short '),
    });
  });
});
