import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { waitUntil } from '../../helpers/wait-until';
import { failureOf, gatewayTo, modelOf, SECRET_BODY, SECRET_TEXT } from './helpers';

const MOST = 100_000;

/** A chat answer of exactly so many bytes: white space may stand anywhere in JSON. */
function answerOf(bytes: number): string {
  const whole = JSON.stringify({ choices: [{ message: { content: 'well' }, finish_reason: 'stop' }] });
  return whole + ' '.repeat(bytes - whole.length);
}

type Reply = (response: ServerResponse) => unknown;

const ends: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

/** Asks an endpoint that answers in its own way; sees how much of it left and whether the client hung up. */
async function asked(reply: Reply, provider = `maxAnswerBytes: ${MOST}`) {
  const seen = { written: 0, hungUp: false };
  const server = createServer((request: IncomingMessage, response) => {
    request.resume();
    response.on('close', () => {
      seen.written = request.socket.bytesWritten;
      seen.hungUp = !response.writableFinished;
    });
    void reply(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gateway = gatewayTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, { provider });
  const ask = () =>
    gateway.process(
      'generation',
      { text: SECRET_TEXT },
      { model: modelOf(gateway), signal: new AbortController().signal },
    );
  ends.push(async () => {
    server.closeAllConnections();
    await gateway.close();
    await new Promise((resolve) => server.close(resolve));
  });
  return { ask, seen };
}

const json = { 'content-type': 'application/json' };

/** Sends without end, in chunks of no announced length, until the client hangs up. */
const endless: Reply = async (response) => {
  response.writeHead(200, json);
  while (!response.destroyed) {
    response.write(SECRET_BODY.repeat(100));
    await sleep(1);
  }
};
const announced: Reply = (response) => {
  response.writeHead(200, { ...json, 'content-length': 50_000_000 });
  response.write(answerOf(MOST * 2));
};
const bomb: Reply = (response) => {
  const bytes = gzipSync(answerOf(MOST * 50));
  response.writeHead(200, { ...json, 'content-encoding': 'gzip', 'content-length': bytes.length });
  response.end(bytes);
};

test.each<[string, Reply]>([
  ['has no end', endless],
  ['is announced as larger', announced],
  ['is small until it is unpacked', bomb],
])('an answer that %s is not read beyond maxAnswerBytes, and not asked for again', async (_what, reply) => {
  const { ask, seen } = await asked(reply);
  const failure = await failureOf(ask());
  expect(failure).toMatchObject({ type: 'ModelAnswerUnreadable', retryable: false });
  expect(failure.message).toBe('provider "scripted" sent an answer of more than 100000 bytes (maxAnswerBytes)');
  if (reply === bomb) return;
  await waitUntil(() => Promise.resolve(seen.hungUp));
  expect(seen.written).toBeLessThan(5_000_000);
});

test.each<[string, Reply]>([
  ['in one piece', (response) => response.writeHead(200, json).end(answerOf(MOST))],
  ['in chunks', (response) => void (response.writeHead(200, json), response.write(answerOf(MOST)), response.end())],
  [
    'packed',
    (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(answerOf(MOST))),
  ],
])('an answer of just so many bytes is read, %s', async (_how, reply) => {
  const { ask } = await asked(reply);
  await expect(ask()).resolves.toEqual({ text: 'well' });
});

test('32 MB are read where nothing is said, and no more', async () => {
  const limit = 32 * 1024 * 1024;
  const sends = (bytes: number) => asked((response) => response.writeHead(200, json).end(answerOf(bytes)), '');
  const most = await sends(limit);
  await expect(most.ask()).resolves.toEqual({ text: 'well' });
  const more = await sends(limit + 1);
  await expect(more.ask()).rejects.toMatchObject({ message: expect.stringContaining(`${limit} bytes`) });
});

test.each<[string, Reply]>([
  [
    'in chunks',
    async (response) => {
      response.writeHead(200, json).write(answerOf(2_000).slice(0, 40));
      await sleep(30);
      response.destroy();
    },
  ],
  [
    'packed',
    async (response) => {
      const bytes = gzipSync(answerOf(20_000));
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).write(bytes.subarray(0, bytes.length - 10));
      await sleep(30);
      response.destroy();
    },
  ],
  [
    // All of the JSON is there, and the end of the response is not: what is missing nobody knows.
    'after the last letter of its JSON',
    async (response) => {
      response.writeHead(200, json).write(answerOf(2_000));
      await sleep(30);
      response.destroy();
    },
  ],
])('an answer that is cut %s is no success', async (_how, reply) => {
  const { ask } = await asked(reply);
  expect(await failureOf(ask())).toMatchObject({ type: 'ProviderUnreachable', retryable: true });
});
