import { request } from 'node:http';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { payloadToJSON } from '@temporalio/common/lib/proto-utils';
import type { CodecEndpoint } from '../../../src/client';
import { createCodecEndpoint } from '../../../src/client';
import { parseEncryptionKeys } from '../../../src/config/encryption-keys';
import { createCipher } from '../../../src/payloads/create-cipher';
import { createEncryptionCodec } from '../../../src/payloads/encryption-codec';
import { keyLine } from '../../helpers/encryption-keys';

const TOKEN = 'a-token-of-this-test-0123456789';
const UI = 'http://127.0.0.1:8233';
const MARK = 'MarkedText0123456789';
const keys = (...ids: string[]) => parseEncryptionKeys(ids.map((id) => keyLine(id)).join(','), 'test');
const codec = (...ids: string[]) => createEncryptionCodec(createCipher(keys(...ids)));

let endpoint: CodecEndpoint;
let address: string;
const written: string[] = [];

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr] as const) {
    jest.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  }
  endpoint = createCodecEndpoint({ encryptionKeys: keys('a', 'old'), token: TOKEN, origins: [UI] });
  address = await endpoint.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await endpoint.close();
  jest.restoreAllMocks();
});

type Sent = { method?: string; path?: string; headers?: Record<string, string>; body?: unknown };

/** As node sends it: `fetch` would not let the test choose its host and origin. */
function send({ method = 'POST', path = '/decode', headers = {}, body }: Sent) {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  return new Promise<{ status: number; headers: Record<string, unknown>; json: Record<string, unknown> }>(
    (resolve, reject) => {
      const sent = request(
        `${address}${path}`,
        { method, headers: { 'content-type': 'application/json', ...headers } },
        (response) => {
          let answer = '';
          response.setEncoding('utf8').on('data', (part: string) => (answer += part));
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              json: (answer === '' ? {} : JSON.parse(answer)) as Record<string, unknown>,
            });
          });
        },
      );
      sent.on('error', reject).end(method === 'POST' ? text : undefined);
    },
  );
}

const bearer = { authorization: `Bearer ${TOKEN}` };
const plain = defaultPayloadConverter.toPayload({ text: MARK }) as Payload;
const sealed = async (...ids: string[]) => (await codec(...ids).encode([plain])).map(payloadToJSON);

test('decodes what the keys encrypted, whichever, beside what never was, in order', async () => {
  const payloads = [...(await sealed('a')), payloadToJSON(plain), ...(await sealed('old'))];
  const { status, json, headers } = await send({ headers: bearer, body: { payloads } });
  expect(status).toBe(200);
  expect(json).toEqual({ payloads: Array(3).fill(payloadToJSON(plain)) });
  expect(headers['cache-control']).toBe('no-store');
});

test('encodes with the first key what decode gives back', async () => {
  const { json } = await send({ path: '/encode', headers: bearer, body: { payloads: [payloadToJSON(plain)] } });
  expect(JSON.stringify(json)).not.toContain(payloadToJSON(plain).data);
  const [payload] = json['payloads'] as { metadata: Record<string, string> }[];
  expect(Buffer.from(payload?.metadata['encryption-key-id'] ?? '', 'base64').toString()).toBe('a');
  expect((await send({ headers: bearer, body: json })).json).toEqual({ payloads: [payloadToJSON(plain)] });
});

test('takes the token as the first part of the path, as the Temporal UI can send it', async () => {
  const body = { payloads: await sealed('a') };
  const page = { origin: UI, 'x-namespace': 'default' };
  const { status, headers } = await send({ path: `/${TOKEN}/decode`, headers: page, body });
  expect(status).toBe(200);
  expect(headers['access-control-allow-origin']).toBe(UI);
  expect((await send({ path: `/${TOKEN}x/decode`, headers: page, body })).status).toBe(401);
});

test.each([
  ['no token', {}],
  ['a wrong token', { authorization: `Bearer ${TOKEN}x` }],
  ['the start of the token', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
  ['another scheme', { authorization: `Basic ${TOKEN}` }],
  ['an empty token', { authorization: 'Bearer ' }],
])('%s is refused before anything is decoded', async (_, headers) => {
  const { status, json } = await send({
    headers: headers as Record<string, string>,
    body: { payloads: await sealed('a') },
  });
  expect(status).toBe(401);
  expect(json).toMatchObject({ error: { type: 'Unauthorized' } });
  expect(JSON.stringify(json)).not.toContain(TOKEN.slice(0, 8));
});

test.each(['http://evil.example', 'http://127.0.0.1:8234', 'https://127.0.0.1:8233', 'null', `${UI}.evil.example`])(
  'a page of %s is refused in spite of the token, also when it asks before it sends',
  async (origin) => {
    const body = { payloads: await sealed('a') };
    for (const method of ['POST', 'OPTIONS']) {
      const { status, headers, json } = await send({ method, headers: { ...bearer, origin }, body });
      expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined]);
      expect(JSON.stringify(json)).not.toContain('payloads"');
    }
  },
);

test('a page of the allowed origin is told what it may send, without a token', async () => {
  const { status, headers } = await send({
    method: 'OPTIONS',
    headers: {
      origin: UI,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-namespace',
      'access-control-request-private-network': 'true',
    },
  });
  expect(status).toBe(204);
  expect(headers).toMatchObject({
    'access-control-allow-origin': UI,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'authorization, content-type, x-namespace',
    'access-control-allow-private-network': 'true',
    vary: 'Origin',
  });
});

test('a name that somebody else has led to this machine is refused', async () => {
  const body = { payloads: [] };
  expect((await send({ headers: { ...bearer, host: 'rebound.example' }, body })).status).toBe(403);
  expect((await send({ headers: { ...bearer, host: 'localhost:7235' }, body })).status).toBe(200);
});

test('a key that is not there is named', async () => {
  const { status, json } = await send({ headers: bearer, body: { payloads: await sealed('unknown') } });
  expect(status).toBe(422);
  expect(json).toMatchObject({
    error: { type: 'EncryptionKeyMissing', message: expect.stringContaining('"unknown"') },
  });
});

test.each([
  ['another path', { path: '/other' }, 404],
  ['a read', { method: 'GET' }, 405],
  ['another type', { headers: { 'content-type': 'text/plain' } }, 415],
  ['no JSON', { body: `{"payloads": [${MARK}` }, 400],
  ['no list', { body: { payloads: MARK } }, 400],
  ['a payload that is a text', { body: { payloads: [MARK] } }, 400],
  ['data that is no Base64', { body: { payloads: [{ data: `${MARK} !` }] } }, 400],
  ['metadata that is a list', { body: { payloads: [{ metadata: [MARK] }] } }, 400],
  ['metadata that is no text', { body: { payloads: [{ metadata: { encoding: 3 } }] } }, 400],
  ['a body over the limit', { body: { payloads: [{ data: 'A'.repeat(8 * 1024 * 1024) }] } }, 413],
])('%s is refused, and nothing of it is repeated', async (_, sent: Sent, expected) => {
  const { status, json } = await send({ body: { payloads: [] }, ...sent, headers: { ...bearer, ...sent.headers } });
  expect(status).toBe(expected);
  expect(JSON.stringify(json)).not.toContain(MARK);
});

test('nothing of all this was logged', () => {
  expect(written.join('')).toBe('');
});

test('without keys there is nothing to decode', () => {
  expect(() => createCodecEndpoint({ token: TOKEN, origins: [] })).toThrow(
    expect.objectContaining({ type: 'ConfigurationInvalid', field: 'CADENZA_ENCRYPTION_KEYS' }),
  );
});
