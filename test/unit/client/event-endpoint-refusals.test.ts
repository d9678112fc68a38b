import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEventEndpoint } from '../../../src/client/event-endpoint';
import { MAX_EVENT_BYTES } from '../../../src/contracts/limits';
import { seededRandom } from '../../helpers/seeded-random';
import {
  TOKEN,
  SECRET,
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

test('four hundred broken requests never get a status of 5xx, and never hang', async () => {
  const world = await start({ secrets: [SECRET] });
  const drawn = seededRandom(20_260_310);
  const random = (below: number) => Math.floor(drawn() * below);
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
