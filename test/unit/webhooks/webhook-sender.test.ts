import type http from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, LookupFunction } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { CadenzaError } from '../../../src/contracts/failures';
import { isCadenzaError } from '../../../src/contracts/failures';
import type { WebhookSenderOptions } from '../../../src/webhooks/create-webhook-sender';
import { createWebhookSender } from '../../../src/webhooks/create-webhook-sender';
import type { WebhookMessage } from '../../../src/webhooks/webhook-sender';
import type { Receiver } from './receiver';
import { startReceiver } from './receiver';

const SECRET = `whsec_${Buffer.from('a key of thirty-two bytes, here.').toString('base64')}`;
const BODY = { step: 'extract', status: 'completed', note: 'Grüße' };

let receivers: Receiver[] = [];
afterEach(async () => {
  await Promise.all(receivers.map((receiver) => receiver.close()));
  receivers = [];
});

async function receiverThat(
  answer?: (response: http.ServerResponse, index: number) => void,
  host?: string,
): Promise<Receiver> {
  const receiver = await startReceiver(answer, host);
  receivers.push(receiver);
  return receiver;
}

function send(
  message: Partial<WebhookMessage> & Pick<WebhookMessage, 'url'>,
  options: WebhookSenderOptions = {},
): Promise<void> {
  return createWebhookSender({ secret: SECRET, allowPrivate: true, ...options }).send({
    id: 'run-1_extract',
    body: BODY,
    ...message,
  });
}

async function failureOf(work: Promise<void>): Promise<CadenzaError> {
  try {
    await work;
  } catch (error) {
    if (isCadenzaError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a webhook that is taken', () => {
  test('arrives as JSON, with a signature that the receiver can verify', async () => {
    const receiver = await receiverThat();
    await send({ url: receiver.url });
    const [{ headers, body }] = receiver.received as [Receiver['received'][0]];
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual(BODY);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'run-1_extract' });
    expect(() => new Webhook(SECRET).verify(`${body} `, headers as Record<string, string>)).toThrow();
  });

  test('carries the same id each time it is sent, and one that no two messages share', async () => {
    const receiver = await receiverThat();
    const ids = ['run-1_extract', 'run-1_extract', 'run.1/Schritt ü', 'run.1/Schritt ü', 'run.1/Schritt u'];
    for (const id of ids) await send({ url: receiver.url, id });
    const sent = receiver.received.map(({ headers }) => String(headers['webhook-id']));
    expect(sent[0]).toBe(sent[1]);
    expect(sent[2]).toBe(sent[3]);
    expect(new Set(sent).size).toBe(3);
    for (const id of sent) expect(id).toMatch(/^[A-Za-z0-9_-]+$/);
    for (const { headers, body } of receiver.received) {
      expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual(BODY);
    }
  });

  test('can be signed with plain text as a secret', async () => {
    const receiver = await receiverThat();
    const secret = 'a plain-text-secret-of-some-length';
    await send({ url: receiver.url }, { secret });
    const [{ headers, body }] = receiver.received as [Receiver['received'][0]];
    expect(new Webhook(secret, { format: 'raw' }).verify(body, headers as Record<string, string>)).toEqual(BODY);
  });

  test('goes as a CloudEvent where its body is one', async () => {
    const receiver = await receiverThat();
    await send({ url: receiver.url, body: { specversion: '1.0', id: '1', source: '/a', type: 'a.b' } });
    expect(receiver.received[0]?.headers['content-type']).toBe('application/cloudevents+json');
  });

  test.each(['a body that never ends', 'a body that drips', 'a connection cut after the status'])(
    'counts as delivered with %s, and does not wait for it',
    async (which) => {
      const timers: NodeJS.Timeout[] = [];
      const receiver = await receiverThat((response) => {
        response.writeHead(200, { 'content-length': String(2 ** 32) });
        if (which.startsWith('a connection')) {
          response.write('x', () => response.destroy());
          return;
        }
        const piece = which.endsWith('drips') ? 'x' : 'x'.repeat(100_000);
        timers.push(setInterval(() => response.write(piece), which.endsWith('drips') ? 100 : 1));
        response.on('close', () => timers.forEach(clearInterval));
      });
      const startedAt = Date.now();
      await send({ url: receiver.url });
      expect(Date.now() - startedAt).toBeLessThan(3_000);
      timers.forEach(clearInterval);
    },
  );
});

describe('a webhook that is not taken', () => {
  test('is not sent on where the receiver redirects', async () => {
    const other = await receiverThat();
    const receiver = await receiverThat((response) => response.writeHead(302, { location: other.url }).end());
    expect(await failureOf(send({ url: receiver.url }))).toMatchObject({ type: 'WebhookRefused', retryable: false });
    expect(other.connections()).toBe(0);
  });

  test.each([400, 401, 403, 404, 410, 413, 422])('is refused for good by %d', async (status) => {
    const receiver = await receiverThat((response) => response.writeHead(status).end('the secret of the house'));
    const failure = await failureOf(send({ url: receiver.url }));
    expect(failure).toMatchObject({ type: 'WebhookRefused', retryable: false, retryAfterMs: undefined });
    expect(failure.message).toContain(String(status));
    expect(failure.message).not.toMatch(/secret of the house|very-private|\/hook/);
  });

  test.each([408, 409, 425, 429, 500, 502, 503])(
    'may be sent again after %d, when the receiver says',
    async (status) => {
      const receiver = await receiverThat((response) => response.writeHead(status, { 'retry-after': '7' }).end('no'));
      expect(await failureOf(send({ url: receiver.url }))).toMatchObject({
        type: 'WebhookFailed',
        retryable: true,
        retryAfterMs: 7000,
      });
    },
  );

  test.each([
    [new Date(Date.now() + 60_000).toUTCString(), 50_000],
    [new Date(Date.now() - 60_000).toUTCString(), undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['9'.repeat(30), undefined],
  ])('understands a Retry-After of %s', async (given, atLeast) => {
    const receiver = await receiverThat((response) => response.writeHead(429, { 'retry-after': given }).end());
    const { retryAfterMs } = await failureOf(send({ url: receiver.url }));
    if (atLeast === undefined) expect(retryAfterMs).toBeUndefined();
    else expect(retryAfterMs).toBeGreaterThan(atLeast);
  });

  test('fails when the time is up without a status, also where headers drip in', async () => {
    const silent = await receiverThat(() => undefined);
    expect(await failureOf(send({ url: silent.url }, { timeoutMs: 300 }))).toMatchObject({ type: 'WebhookFailed' });

    const timers: NodeJS.Timeout[] = [];
    const dripping = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
      timers.push(setInterval(() => socket.write('x'), 50));
    });
    await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
    const { port } = dripping.address() as AddressInfo;
    const startedAt = Date.now();
    const failure = await failureOf(send({ url: `http://127.0.0.1:${port}/` }, { timeoutMs: 400 }));
    expect(failure).toMatchObject({ type: 'WebhookFailed', message: expect.stringContaining('within 0.4 s') });
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    timers.forEach(clearInterval);
    dripping.close();
  });

  test('fails where nothing listens, naming the reason', async () => {
    const receiver = await startReceiver();
    await receiver.close();
    const failure = await failureOf(send({ url: receiver.url }));
    expect(failure).toMatchObject({ type: 'WebhookFailed', message: expect.stringContaining('ECONNREFUSED') });
    expect(failure.message).not.toContain('very-private');
  });

  test('is cancelled by its signal, with the reason of the signal', async () => {
    const receiver = await receiverThat(() => undefined);
    const controller = new AbortController();
    const reason = new Error('cancelled');
    setTimeout(() => controller.abort(reason), 100);
    await expect(send({ url: receiver.url, signal: controller.signal })).rejects.toBe(reason);
    await expect(send({ url: receiver.url, signal: controller.signal })).rejects.toBe(reason);
    expect(receiver.received).toHaveLength(1);
  });

  test('is refused without a secret, naming the variable', async () => {
    const receiver = await receiverThat();
    expect(await failureOf(send({ url: receiver.url }, { secret: undefined }))).toMatchObject({
      type: 'WebhookRefused',
      message: expect.stringContaining('CADENZA_WEBHOOK_SECRET'),
    });
    expect(receiver.connections()).toBe(0);
  });

  test.each(['ftp://example.com/', 'file:///etc/passwd', 'nonsense', ''])(
    'is refused for the address %j',
    async (url) => {
      expect(await failureOf(send({ url }))).toMatchObject({ type: 'WebhookRefused', field: 'url' });
    },
  );

  test('is refused for an address with a password, which is not repeated', async () => {
    const receiver = await receiverThat();
    const failure = await failureOf(send({ url: `http://ada:lovelace@127.0.0.1:${receiver.port}/` }));
    expect(failure).toMatchObject({ type: 'WebhookRefused', field: 'url' });
    expect(failure.message).not.toMatch(/ada|lovelace/);
    expect(receiver.connections()).toBe(0);
  });
});

describe('a private address', () => {
  const forms = (port: number) => [
    `http://127.0.0.1:${port}/`,
    `http://localhost:${port}/`,
    `http://[::1]:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
    `http://[::ffff:7f00:1]:${port}/`,
    `http://[64:ff9b::7f00:1]:${port}/`,
    `http://[2002:7f00:1::]:${port}/`,
    `http://2130706433:${port}/`,
    `http://0177.0.0.1:${port}/`,
    `http://0x7f.1:${port}/`,
    `http://127.1:${port}/`,
    `http://0.0.0.0:${port}/`,
    `http://[::]:${port}/`,
    `http://169.254.169.254:${port}/latest/meta-data/`,
    `http://[fd00:ec2::254]:${port}/`,
    `http://[fe80::1]:${port}/`,
    `http://10.0.0.1:${port}/`,
    `http://172.16.0.1:${port}/`,
    `http://192.168.0.1:${port}/`,
    `http://100.64.0.1:${port}/`,
    `http://224.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
    `https://localhost:${port}/`,
  ];

  test('is refused in every form, before anything connects', async () => {
    const receiver = await receiverThat(undefined, '::');
    for (const url of forms(receiver.port)) {
      const failure = await failureOf(send({ url }, { allowPrivate: false }));
      expect([url, failure.type, failure.field]).toEqual([url, 'WebhookRefused', 'url']);
      expect(failure.message).toContain('CADENZA_WEBHOOK_PRIVATE');
    }
    expect(receiver.connections()).toBe(0);
  });

  test('is refused where a name leads to it, whatever the name said before, also as one address of several', async () => {
    const receiver = await receiverThat();
    const outside = { address: '93.184.215.14', family: 4 };
    const loopback = { address: '127.0.0.1', family: 4 };
    let asked = 0;
    const lookup: LookupFunction = (_name, options, done) => {
      asked += 1;
      if (options.all) (done as (error: null, all: unknown[]) => void)(null, [outside, loopback]);
      else done(null, loopback.address, loopback.family);
    };
    const url = `http://hooks.example.com:${receiver.port}/`;
    expect(await failureOf(send({ url }, { allowPrivate: false, lookup }))).toMatchObject({ type: 'WebhookRefused' });
    expect(asked).toBe(1);
    expect(receiver.connections()).toBe(0);
  });

  test('is connected to where that is allowed, by name and by number', async () => {
    const receiver = await receiverThat();
    await send({ url: `http://localhost:${receiver.port}/` });
    await send({ url: receiver.url });
    expect(receiver.received).toHaveLength(2);
  });

  test('of cloud metadata is refused even then', async () => {
    const all = ['169.254.169.254', '[::ffff:169.254.169.254]', '[fd00:ec2::254]', '2852039166', '100.100.100.200'];
    for (const host of all) {
      const failure = await failureOf(send({ url: `http://${host}/latest/` }, { timeoutMs: 500 }));
      expect([host, failure.type]).toEqual([host, 'WebhookRefused']);
    }
    const lookup: LookupFunction = (_name, options, done) =>
      options.all
        ? (done as (error: null, all: unknown[]) => void)(null, [{ address: '169.254.169.254', family: 4 }])
        : done(null, '169.254.169.254', 4);
    expect((await failureOf(send({ url: 'http://metadata.internal/' }, { lookup }))).type).toBe('WebhookRefused');
  });
});
