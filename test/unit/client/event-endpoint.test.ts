import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { EventEndpoint, EventEndpointOptions } from '../../../src/client/event-endpoint';
import { createEventEndpoint } from '../../../src/client/event-endpoint';
import type { DocumentReference } from '../../../src/contracts/content';
import type { CloudEvent } from '../../../src/contracts/event.schema';
import { CadenzaError } from '../../../src/contracts/failures';
import { MAX_EVENT_BYTES } from '../../../src/contracts/limits';
import { createWebhookSender } from '../../../src/webhooks/create-webhook-sender';

const TOKEN = 'a-token-of-more-than-24-characters';
const SECRET = `whsec_${Buffer.from('a key of thirty-two bytes, here.').toString('base64')}`;
const OLD_SECRET = 'the-secret-before-this-one';
const EVENT = { specversion: '1.0', id: '1', source: '/here', type: 'document.uploaded' };
const CE_HEADERS = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/here', 'ce-type': 'document.uploaded' };
const BEARER = { authorization: `Bearer ${TOKEN}` };
const STRUCTURED = { ...BEARER, 'content-type': 'application/cloudevents+json' };
const BATCH = { ...BEARER, 'content-type': 'application/cloudevents-batch+json' };
const JSON_DATA = { ...BEARER, ...CE_HEADERS, 'content-type': 'application/json' };

type Stored = { text: string; mediaType: string; name: string };
type World = { url: string; accepted: CloudEvent[][]; stored: Stored[]; answers: { status: number; events: number }[] };

let endpoints: EventEndpoint[] = [];
afterEach(async () => {
  await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  endpoints = [];
});

async function start(options: Partial<EventEndpointOptions> = {}): Promise<World> {
  const accepted: CloudEvent[][] = [];
  const stored: Stored[] = [];
  const answers: World['answers'] = [];
  const endpoint = createEventEndpoint({
    token: TOKEN,
    accept: async (events) => void accepted.push(events),
    storeBytes: async (bytes, mediaType, name): Promise<DocumentReference> => {
      stored.push({ text: Buffer.from(bytes).toString('latin1'), mediaType, name });
      return { ref: `sha256:${'0'.repeat(64)}`, bytes: bytes.length, mediaType, name };
    },
    onAnswer: (answer) => answers.push(answer),
    ...options,
  });
  endpoints.push(endpoint);
  return { url: await endpoint.listen(0, '127.0.0.1'), accepted, stored, answers };
}

type Answer = {
  status: number;
  headers: Headers;
  body: { accepted?: number; error?: { type: string; message: string; field?: string } };
};

async function post(
  url: string,
  headers: Record<string, string>,
  body: unknown,
  init: RequestInit = {},
): Promise<Answer> {
  const given = typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body);
  const response = await fetch(url, { method: 'POST', headers, body: given, redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

function signed(body: string, secret = SECRET, at = new Date()): Record<string, string> {
  const webhook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
  return {
    'content-type': 'application/cloudevents+json',
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': webhook.sign('msg_1', at, body),
  };
}

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
    const [endpoint] = endpoints;
    const closing = endpoint?.close();
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

describe('a malformed event', () => {
  const wrong: [string, Record<string, unknown>, string | undefined][] = [
    ['no id', { id: undefined }, 'id'],
    ['an empty id', { id: '' }, 'id'],
    ['an id that is a number', { id: 1 }, 'id'],
    ['no source', { source: null }, 'source'],
    ['a source that is no URI reference', { source: 'a b%zz' }, 'source'],
    ['no type', { type: undefined }, 'type'],
    ['a type with a space', { type: 'a b' }, 'type'],
    ['no version', { specversion: undefined }, 'specversion'],
    ['another version', { specversion: '0.3' }, 'specversion'],
    ['a time that is none', { time: 'yesterday' }, 'time'],
    ['a time without a zone', { time: '2026-01-02T03:04:05' }, 'time'],
    ['a subject with a line feed', { subject: 'a\nb' }, 'subject'],
    ['half a character', { subject: '\ud800' }, 'subject'],
    ['an empty subject', { subject: '' }, 'subject'],
    ['an extension in capitals', { traceId: 'x' }, 'traceId'],
    ['an extension with an underscore', { trace_id: 'x' }, 'trace_id'],
    ['an extension that is an object', { trace: {} }, 'trace'],
    ['an extension that is a fraction', { ratio: 0.5 }, 'ratio'],
    ['hops that are text', { hops: 'two' }, 'hops'],
    ['hops below zero', { hops: -1 }, 'hops'],
    ['data twice', { data: 1, data_base64: 'AA==' }, 'data_base64'],
    ['data that is not Base64', { data_base64: '*' }, 'data_base64'],
    ['data that is not JSON, in Base64', { datacontenttype: 'application/json', data_base64: 'AA==' }, 'data_base64'],
    ['a relative schema', { dataschema: 'not a uri' }, 'dataschema'],
  ];
  test('a time without a zone is told what a time looks like', async () => {
    const { url } = await start();
    const { body } = await post(url, STRUCTURED, { ...EVENT, time: '2026-01-01' });
    expect(JSON.stringify(body)).toContain('a date and time with a zone, such as 2026-03-17T09:12:44Z, got');
  });

  test.each(wrong)('with %s is refused, naming the field', async (_what, change, field) => {
    const world = await start();
    expect(await post(world.url, STRUCTURED, { ...EVENT, ...change })).toMatchObject({
      status: 400,
      body: { error: { type: 'InvalidInput', message: expect.any(String), field } },
    });
    expect(world.accepted).toEqual([]);
  });

  test.each([
    ['text that is not JSON', '{"a":private', 'body'],
    ['nothing', '', 'body'],
    ['a list', '[]', 'body'],
    ['a number', '7', 'body'],
    ['null', 'null', 'body'],
    ['bytes that are not UTF-8', Uint8Array.from([0x22, 0xff, 0x22]), 'body'],
    [
      'lists in lists in lists',
      JSON.stringify(EVENT).replace('}', `,"data":${'['.repeat(101)}${']'.repeat(101)}}`),
      'body',
    ],
    ['as many as break a stack', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'body'],
    ['a prototype', '{"specversion":"1.0","id":"1","source":"/","type":"a","__proto__":{"x":1}}', '__proto__'],
  ])('is %s in place of an event', async (_what, body, field) => {
    const world = await start();
    const answer = await post(world.url, STRUCTURED, body);
    expect(answer).toMatchObject({ status: 400, body: { error: { field } } });
    expect(answer.body.error?.message).not.toContain('private');
  });

  test.each([
    ['no id', { 'ce-id': '' }, 'id'],
    ['a type of data beside its Content-Type', { 'ce-datacontenttype': 'text/plain' }, 'datacontenttype'],
    ['a percent sign that leads to no character', { 'ce-subject': '%FF' }, 'subject'],
    ['a control character', { 'ce-subject': 'a%0Ab' }, 'subject'],
    ['a character outside ASCII', { 'ce-subject': 'Grüße' }, 'subject'],
    ['hops that are text', { 'ce-hops': '1e3' }, 'hops'],
  ])('in binary mode with %s is refused, naming the field', async (_what, headers, field) => {
    const world = await start();
    expect(await post(world.url, { ...JSON_DATA, ...headers }, '{}')).toMatchObject({
      status: 400,
      body: { error: { type: 'InvalidInput', field } },
    });
  });

  test('in binary mode with an attribute that is there twice is refused', async () => {
    const { url } = await start();
    const lines = Object.entries(JSON_DATA).map(([name, value]) => `${name}: ${value}`);
    const head = ['POST / HTTP/1.1', 'host: x', 'connection: close', 'content-length: 2', 'ce-id: 2', ...lines];
    expect(await raw(url, `${head.join('\r\n')}\r\n\r\n{}`)).toMatch(/^HTTP\/1\.1 400 [^]*"field":"id"/);
  });
});

describe('what is too large or of another kind', () => {
  test('an event over the limit gets 413, and is told what to do', async () => {
    const world = await start();
    const data = 'x'.repeat(MAX_EVENT_BYTES);
    const answers = [
      await post(world.url, STRUCTURED, { ...EVENT, data }),
      await post(world.url, JSON_DATA, JSON.stringify(data)),
      await post(world.url, BATCH, [EVENT, { ...EVENT, data }]),
      await post(world.url, STRUCTURED, 'x'.repeat(9 * 1024 * 1024)),
    ];
    for (const { status, body } of answers) {
      expect([status, body.error?.type]).toEqual([413, 'EventTooLarge']);
      expect(body.error?.message).toContain('content store');
    }
    expect(answers.map(({ body }) => body.error?.field)).toEqual([undefined, undefined, '[1]', undefined]);
    expect((await post(world.url, STRUCTURED, { ...EVENT, data: data.slice(1000) })).status).toBe(202);
  });

  test('a document over that limit is stored, up to the limit of a request', async () => {
    const world = await start();
    const headers = { ...JSON_DATA, 'content-type': 'application/pdf' };
    expect((await post(world.url, headers, Buffer.alloc(MAX_EVENT_BYTES * 2))).status).toBe(202);
    expect((await post(world.url, headers, Buffer.alloc(MAX_EVENT_BYTES * 9))).status).toBe(413);
    expect(world.stored).toHaveLength(1);
  });

  test('bodies that wait take at most 64 MiB together: then one more gets 503, and is taken when they are gone', async () => {
    let release = () => {};
    const stored = new Promise<void>((resolve) => (release = resolve));
    const reference = { ref: `sha256:${'0'.repeat(64)}` as const, bytes: 1, mediaType: 'application/pdf', name: '1' };
    let waiting = 0;
    const world = await start({
      storeBytes: async () => {
        waiting += 1;
        await stored;
        return reference;
      },
    });
    const headers = { ...JSON_DATA, 'content-type': 'application/pdf' };
    const document = Buffer.alloc(8 * 1024 * 1024);
    const first = Array.from({ length: 8 }, () => post(world.url, headers, document));
    while (waiting < 8) await sleep(10);
    const answer = await post(world.url, headers, document);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    release();
    for (const { status } of await Promise.all(first)) expect(status).toBe(202);
    await sleep(50);
    expect((await post(world.url, headers, document)).status).toBe(202);
  });

  test.each<[string, Record<string, string>]>([
    ['JSON that is no event', { ...BEARER, 'content-type': 'application/json' }],
    ['another format of events', { ...BEARER, 'content-type': 'application/cloudevents+avro' }],
    ['another charset', { ...BEARER, 'content-type': 'application/cloudevents+json; charset=utf-16' }],
    ['data of another charset', { ...JSON_DATA, 'content-type': 'application/json; charset=latin1' }],
    ['the form that curl makes of data', { ...JSON_DATA, 'content-type': 'application/x-www-form-urlencoded' }],
    ['what is no media type', { ...JSON_DATA, 'content-type': 'json' }],
    ['a compressed body', { ...STRUCTURED, 'content-encoding': 'gzip' }],
  ])('%s gets 415', async (_what, headers) => {
    const world = await start();
    expect(await post(world.url, headers, EVENT)).toMatchObject({
      status: 415,
      body: { error: { type: 'UnsupportedMediaType', field: 'content-type' } },
    });
  });

  test('another method gets 405 with what is allowed, another path 404, and health needs no token', async () => {
    const { url, answers } = await start();
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD']) {
      const { status, headers } = await fetch(url, { method, headers: BEARER });
      expect([method, status, headers.get('allow')]).toEqual([method, 405, 'POST']);
    }
    expect((await fetch(`${url}/events`, { method: 'POST', headers: BEARER })).status).toBe(404);
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    expect((await post(`${url}/healthz`, BEARER, '')).headers.get('allow')).toBe('GET, HEAD');
    expect((await post(`${url}/?x=1`, STRUCTURED, EVENT)).status).toBe(202);
    expect(answers.filter(({ status }) => status === 405)).toHaveLength(6);
  });

  test('a hundred headers get 431: an attribute among them would be lost', async () => {
    const { url } = await start();
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`ce-x${index}`, '1']));
    expect(await post(url, { ...JSON_DATA, ...many }, '{}')).toMatchObject({ status: 431 });
  });

  test('a port in use is refused with the port', async () => {
    const { url } = await start();
    const other = createEventEndpoint({
      token: TOKEN,
      accept: async () => undefined,
      storeBytes: () => Promise.reject(new Error()),
    });
    await expect(other.listen(Number(new URL(url).port), '127.0.0.1')).rejects.toMatchObject({
      type: 'ConfigurationInvalid',
      field: 'port',
      message: expect.stringContaining(new URL(url).port),
    });
  });
});

/** Sends bytes as they are; resolves to all that came back when the connection ended. */
function raw(url: string, text: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let all = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    socket.on('data', (piece) => (all += piece.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(all));
  });
}

/** The generator of Park and Miller: the same requests in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

test('four hundred broken requests never get a status of 5xx, and never hang', async () => {
  const world = await start({ secrets: [SECRET] });
  const random = randomFrom(20_260_310);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const good = JSON.stringify({ ...EVENT, data: { a: [1, 2, { b: 'c' }] }, subject: 'x.pdf' });
  const pieces = ['"', '{', '}', '[', ']', ',', ':', '\\', '\u0000', '\n', 'null', '1e999', '\\ud800', '-', 'é', '%'];
  const statuses = new Map<number, number>();
  for (let round = 0; round < 400; round += 1) {
    let body = pick([good, `[${good},${good}]`, '']);
    for (let edits = random(4); edits > 0; edits -= 1) {
      const at = random(body.length + 1);
      body = body.slice(0, at) + pick(pieces) + body.slice(at + random(5));
    }
    const headers: Record<string, string> = {
      ...pick([BEARER, BEARER, BEARER, signed(good), {}]),
      'content-type': pick([
        'application/cloudevents+json',
        'application/cloudevents-batch+json',
        'application/json',
        'text/plain',
        ';;',
        'application/cloudevents+xml',
      ]),
      ...(random(2) === 0 ? CE_HEADERS : {}),
      ...(random(4) === 0
        ? { [pick(['ce-id', 'ce-time', 'ce-x_y', 'ce-hops', 'ce-type'])]: pick(['', '%', '%FF', '"', '9'.repeat(400)]) }
        : {}),
    };
    const { status, body: said } = await post(world.url, headers, body, { signal: AbortSignal.timeout(5_000) });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status !== 202) expect(said.error).toMatchObject({ type: expect.any(String), message: expect.any(String) });
  }
  expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
  for (const status of [202, 400, 401, 415]) expect(statuses.get(status)).toBeGreaterThan(5);

  const head = `POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/cloudevents+json\r\n`;
  const broken = [
    `${head}content-length: abc\r\n\r\n`,
    `${head}content-length: 5\r\ncontent-length: 6\r\n\r\nhello`,
    `${head}transfer-encoding: chunked\r\n\r\nzz\r\n`,
    `${head}x: ${'y'.repeat(40_000)}\r\n\r\n`,
    'GARBAGE\r\n\r\n',
    Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0]),
  ];
  for (const request of broken) expect(await raw(world.url, request)).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  expect((await post(world.url, STRUCTURED, EVENT)).status).toBe(202);
}, 60_000);

test.each([
  ['headers', 'POST / HTTP/1.1\r\nhost: x\r\nx-slow: '],
  [
    'a body',
    `POST / HTTP/1.1\r\nhost: x\r\nauthorization: ${BEARER.authorization}\r\nce-id: 1\r\ncontent-length: 1000\r\n\r\n`,
  ],
])('a sender that lets %s drip in is cut off', async (_what, head) => {
  const world = await start({ requestTimeoutMs: 600 });
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1', () => socket.write(head));
  socket.on('error', () => undefined);
  const drip = setInterval(() => socket.write('x'), 50);
  const startedAt = Date.now();
  await new Promise((resolve) => socket.resume().on('close', resolve));
  clearInterval(drip);
  expect(Date.now() - startedAt).toBeLessThan(3_000);
  expect((await post(world.url, STRUCTURED, EVENT)).status).toBe(202);
});

test('a sender that goes away in the middle of a body leaves the endpoint as it was', async () => {
  const world = await start();
  const port = Number(new URL(world.url).port);
  const head = `POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/cloudevents+json\r\ncontent-length: 1000\r\n\r\n{`;
  for (let count = 0; count < 20; count += 1) {
    const socket = connect(port, '127.0.0.1', () => socket.write(head, () => socket.destroy()));
  }
  await sleep(300);
  expect((await post(world.url, STRUCTURED, EVENT)).status).toBe(202);
  expect(world.answers.filter(({ status }) => status >= 500)).toEqual([]);
});
