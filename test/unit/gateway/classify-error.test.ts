import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { FailureType } from '../../../src/contracts/failures';
import type { ScriptedModelServer, ScriptedReply } from '../../helpers/scripted-model-server';
import { startScriptedModelServer } from '../../helpers/scripted-model-server';
import { failureOf, gatewayTo, modelOf, SECRET_BODY, SECRET_KEY, SECRET_TEXT } from './helpers';

// Real HTTP: the scripted server answers `openai` itself.
let server: ScriptedModelServer;
beforeAll(async () => {
  server = await startScriptedModelServer();
});
afterAll(() => server.close());

async function failureFrom(reply: ScriptedReply, timeoutMs = 20_000) {
  server.script(() => reply);
  const before = server.requests.length;
  const gateway = gatewayTo(server.url);
  const options = { model: modelOf(gateway), signal: new AbortController().signal, settings: { timeoutMs } };
  const failure = await failureOf(gateway.process('generation', { text: SECRET_TEXT }, options));
  await gateway.close();
  return { failure, sent: server.requests.length - before };
}

const refusal = (status: number, code: string | null = null, headers: Record<string, string> = {}): ScriptedReply => ({
  status,
  headers,
  error: { message: `${SECRET_BODY} for ${SECRET_KEY}: ${SECRET_TEXT}`, code, type: SECRET_BODY },
});
const date = (inSeconds: number) => new Date(Date.now() + inSeconds * 1000).toUTCString();

type Row = [what: string, reply: ScriptedReply, type: FailureType, retryable: boolean, message: string];

const ROWS: Row[] = [
  ['400', refusal(400), 'ModelRequestRejected', false, '(400)'],
  ['400 with a code', refusal(400, 'invalid_value'), 'ModelRequestRejected', false, '(400, invalid_value)'],
  ['a context that is too long', refusal(400, 'context_length_exceeded'), 'InputTooLarge', false, 'does not fit'],
  ['a filtered prompt', refusal(400, 'content_filter'), 'ModelRefused', false, 'content policy'],
  [
    '401',
    refusal(401, 'invalid_api_key'),
    'AuthenticationFailed',
    false,
    'provider "scripted" refused the key in SCRIPTED_KEY (401, invalid_api_key)',
  ],
  ['402', refusal(402), 'QuotaExhausted', false, 'no credit left'],
  ['403', refusal(403), 'PermissionDenied', false, '"big-1"'],
  ['404', refusal(404, 'model_not_found'), 'ModelNotFound', false, 'has no model "big-1"'],
  [
    '404 from a path that is not there',
    { status: 404, body: `<html>${SECRET_BODY}`, headers: { 'content-type': 'text/html' } },
    'ModelNotFound',
    false,
    'baseUrl',
  ],
  ['408', refusal(408), 'ModelTimeout', true, '(408)'],
  ['409', refusal(409), 'ProviderUnavailable', true, '(409)'],
  ['413', refusal(413), 'InputTooLarge', false, '(413)'],
  ['422', refusal(422), 'ModelRequestRejected', false, '(422)'],
  ['429', refusal(429, 'rate_limit_exceeded'), 'RateLimited', true, 'asked to slow down (429, rate_limit_exceeded)'],
  [
    '429 for an empty account',
    refusal(429, 'insufficient_quota'),
    'QuotaExhausted',
    false,
    'no credit left (429, insufficient_quota)',
  ],
  [
    'an empty account that says retry',
    refusal(429, 'insufficient_quota', { 'x-should-retry': 'true' }),
    'QuotaExhausted',
    false,
    'credit',
  ],
  ['500', refusal(500), 'ProviderUnavailable', true, '(500)'],
  [
    '502 from a proxy',
    { status: 502, body: `<html>${SECRET_BODY}`, headers: { 'content-type': 'text/html' } },
    'ProviderUnreachable',
    true,
    '(502)',
  ],
  ['504 from a proxy', refusal(504), 'ModelTimeout', true, 'gave up waiting'],
  ['503', refusal(503), 'ProviderUnavailable', true, '(503)'],
  ['529', refusal(529, 'overloaded_error'), 'ProviderUnavailable', true, '(529, overloaded_error)'],
  ['503 that says no', refusal(503, null, { 'x-should-retry': 'false' }), 'ProviderUnavailable', false, '(503)'],
  ['400 that says retry', refusal(400, null, { 'x-should-retry': 'true' }), 'ModelRequestRejected', true, '(400)'],
  ['an error that is a text', { status: 500, error: SECRET_BODY }, 'ProviderUnavailable', true, '(500)'],
  ['a code that is the key', refusal(400, SECRET_KEY), 'ModelRequestRejected', false, '(400)'],
  [
    'HTML with 200',
    { body: `<html>${SECRET_BODY}`, headers: { 'content-type': 'text/html' } },
    'ModelAnswerUnreadable',
    true,
    'not JSON',
  ],
  ['HTML that calls itself JSON', { body: `<html>${SECRET_BODY}` }, 'ModelAnswerUnreadable', true, 'not JSON'],
  ['an empty body', { body: '' }, 'ModelAnswerUnreadable', true, 'empty'],
  [
    'an empty text body',
    { body: '', headers: { 'content-type': 'text/plain' } },
    'ModelAnswerUnreadable',
    true,
    'empty',
  ],
  ['204', { status: 204, body: '' }, 'ModelAnswerUnreadable', true, 'empty'],
  ['no choices', { body: { choices: [], error: SECRET_BODY } }, 'ModelAnswerUnreadable', true, 'no choices'],
  ['an error with 200', { body: { error: { message: SECRET_BODY } } }, 'ModelAnswerUnreadable', true, 'no choices'],
  [
    'a known error with 200',
    { body: { error: { message: SECRET_BODY, code: 'insufficient_quota' } } },
    'QuotaExhausted',
    false,
    'no credit',
  ],
  [
    'the number of an error with 200',
    { body: { error: { message: SECRET_BODY, code: 429 } } },
    'RateLimited',
    true,
    '(429)',
  ],
  ['JSON that is no object', { body: '[1]' }, 'ModelAnswerUnreadable', true, 'no choices'],
  ['a cut before the headers', { cut: 'headers' }, 'ProviderUnreachable', true, 'provider "scripted" at 127.0.0.1'],
  ['a cut in the body', { text: SECRET_BODY.repeat(1000), cut: 'body' }, 'ProviderUnreachable', true, 'UND_ERR_SOCKET'],
];

describe('a provider that fails', () => {
  test.each(ROWS)('with %s is typed, and asked once', async (_what, reply, type, retryable, message) => {
    const { failure, sent } = await failureFrom(reply);
    expect({ type: failure.type, retryable: failure.retryable, sent }).toEqual({ type, retryable, sent: 1 });
    expect(failure.message).toContain(message);
    expect(failure.cause).toBeUndefined();
  });

  test.each<[string, Record<string, string>, number]>([
    ['milliseconds', { 'retry-after-ms': '1500.2', 'retry-after': '9' }, 1501],
    ['seconds', { 'retry-after': '86400' }, 86_400_000],
    ['fractions of seconds', { 'retry-after': '0.5' }, 500],
  ])('that names its wait in %s is waited for, however long', async (_unit, headers, expected) => {
    const { failure } = await failureFrom(refusal(429, null, headers));
    expect(failure).toMatchObject({ type: 'RateLimited', retryAfterMs: expected });
  });

  test('that names a date is waited for until then', async () => {
    const { failure } = await failureFrom(refusal(503, null, { 'retry-after': date(3600) }));
    expect(failure.type).toBe('ProviderUnavailable');
    expect(failure.retryAfterMs).toBeGreaterThan(3_590_000);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });

  test.each(['soon', '-5', '', date(-60), 'Infinity', '1e999'])('whose wait is "%s" names none', async (value) => {
    const { failure } = await failureFrom(refusal(429, null, { 'retry-after': value }));
    expect(failure.retryAfterMs).toBeUndefined();
  });
});

describe('a provider that does not answer', () => {
  test('in time is a timeout, and its connection is closed', async () => {
    const aborted = server.aborted;
    const { failure } = await failureFrom({ hang: true }, 999.7);
    expect(failure).toMatchObject({ type: 'ModelTimeout', retryable: true });
    expect(failure.message).toContain('within 999 ms');
    await server.until(() => server.aborted === aborted + 1);
  });

  test('to its end in time is a timeout too, though its headers came at once', async () => {
    const started = Date.now();
    const { failure } = await failureFrom({ text: 'slow', dripMs: 1_000 }, 800);
    expect(failure.type).toBe('ModelTimeout');
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test('at all, as nobody listens there, is unreachable', async () => {
    const gateway = gatewayTo(`http://127.0.0.1:${await closedPort()}/v1`);
    const options = { model: modelOf(gateway), signal: new AbortController().signal };
    const failure = await failureOf(gateway.process('generation', { text: SECRET_TEXT }, options));
    expect(failure).toMatchObject({ type: 'ProviderUnreachable', retryable: true });
    expect(failure.message).toContain('(ECONNREFUSED)');
  });

  test('but resets the connection is unreachable', async () => {
    const resetting = createServer((socket) => socket.resetAndDestroy());
    await new Promise<void>((resolve) => resetting.listen(0, '127.0.0.1', resolve));
    const gateway = gatewayTo(`http://127.0.0.1:${(resetting.address() as AddressInfo).port}/v1`);
    const options = { model: modelOf(gateway), signal: new AbortController().signal };
    const failure = await failureOf(gateway.process('generation', { text: SECRET_TEXT }, options));
    expect(failure).toMatchObject({ type: 'ProviderUnreachable', retryable: true });
    expect(failure.message).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    await new Promise((resolve) => resetting.close(resolve));
  });
});

describe('an abort', () => {
  test.each<[string, ScriptedReply]>([
    ['before the headers', { hang: true }],
    ['in the middle of the body', { text: 'slow', dripMs: 1_000 }],
  ])('%s rejects with the reason of the signal and hangs up', async (_when, reply) => {
    server.script(() => reply);
    const { requests, aborted } = { requests: server.requests.length, aborted: server.aborted };
    const gateway = gatewayTo(server.url);
    const controller = new AbortController();
    const reason = new Error('cancelled by the caller');
    const asked = gateway.process('generation', { text: 'x' }, { model: modelOf(gateway), signal: controller.signal });
    const outcome = asked.catch((error: unknown) => error);
    await server.until(() => server.requests.length > requests);
    await new Promise((resolve) => setTimeout(resolve, 150));
    controller.abort(reason);
    expect(await outcome).toBe(reason);
    await server.until(() => server.aborted === aborted + 1);
  });

  test('that came before sends nothing', async () => {
    const before = server.requests.length;
    const gateway = gatewayTo(server.url);
    const reason = new Error('too late');
    const options = { model: modelOf(gateway), signal: AbortSignal.abort(reason) };
    await expect(gateway.process('generation', { text: 'x' }, options)).rejects.toBe(reason);
    expect(server.requests.length).toBe(before);
  });
});

async function closedPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
