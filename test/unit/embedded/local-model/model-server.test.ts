import { request as httpRequest } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { LOCAL_MODEL } from '../../../../src/embedded/local-model/local-model-pins';
import { createModelServer } from '../../../../src/embedded/local-model/model-server';
import { fakeEngine } from './fake-engine';

const model = LOCAL_MODEL.id;
const messages = [{ role: 'user' as const, content: 'hi' }];
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function start(fake = fakeEngine(), maxWaiting?: number) {
  const server = createModelServer(fake.engine, maxWaiting).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const client = new OpenAI({ baseURL: url, apiKey: 'none', maxRetries: 0 });
  const post = (body: string, headers = {}) =>
    fetch(`${url}/chat/completions`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  return { ...fake, url, client, post };
}

async function until(condition: () => boolean) {
  for (let i = 0; i < 200 && !condition(); i++) await sleep(5);
}

describe('the endpoint, asked by the openai client', () => {
  it('lists its one model', async () => {
    const { client } = await start();
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual([model]);
    expect((await client.models.retrieve(model)).id).toBe(model);
  });

  it('answers in one piece, with usage', async () => {
    const { client, requests } = await start();
    const answer = await client.chat.completions.create({
      model,
      messages: [
        { role: 'developer', content: 'be short' },
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      ],
      max_completion_tokens: 5,
      seed: 3,
      stop: 'END',
      temperature: 0,
    });
    expect(answer.choices[0]).toMatchObject({
      message: { role: 'assistant', content: 'Hello there' },
      finish_reason: 'stop',
    });
    expect(answer.usage).toEqual({ prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 });
    expect(requests[0]).toMatchObject({
      messages: [
        { role: 'system', text: 'be short' },
        { role: 'user', text: 'hi' },
      ],
      maxTokens: 5,
      seed: 3,
      stop: ['END'],
      temperature: 0,
    });
  });

  it('streams pieces as they come, then usage where it is asked for', async () => {
    const { client } = await start(fakeEngine({ wordMs: 50 }));
    const times: number[] = [];
    const pieces: string[] = [];
    let usage: unknown;
    const stream = await client.chat.completions.create({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const chunk of stream) {
      const content = chunk.choices[0]?.delta.content;
      if (content) {
        pieces.push(content);
        times.push(Date.now());
      }
      usage ??= chunk.usage;
    }
    expect(pieces).toEqual(['Hello', ' there']);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(20);
    expect(usage).toEqual({ prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 });
  });

  it.each([
    ['an unknown model', { model: 'gpt-4.1', messages }, 404, 'model_not_found'],
    [
      'a prompt that does not fit',
      { model, messages: [{ role: 'user', content: 'x'.repeat(1001) }] },
      400,
      'context_length_exceeded',
    ],
    ['no messages', { model, messages: [] }, 400, null],
    ['a role that is not served', { model, messages: [{ role: 'tool', content: 'x' }] }, 400, null],
    [
      'a picture',
      { model, messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      400,
      null,
    ],
    ['several answers', { model, messages, n: 2 }, 400, null],
    ['tools', { model, messages, tools: [{}] }, 400, null],
    ['a negative limit', { model, messages, max_tokens: -1 }, 400, null],
  ])('refuses %s in the shape of the protocol', async (_name, body, status, code) => {
    const { post, log } = await start();
    const response = await post(JSON.stringify(body));
    expect([response.status, await response.json()]).toEqual([
      status,
      { error: expect.objectContaining({ message: expect.stringMatching(/./), type: 'invalid_request_error', code }) },
    ]);
    expect(log).toEqual([]);
  });

  it('refuses what is not JSON, and what is too large, and goes on serving', async () => {
    const { post, client } = await start();
    const malformed = await post('{"model": ');
    expect([malformed.status, await malformed.json()]).toEqual([
      400,
      { error: expect.objectContaining({ type: 'invalid_request_error' }) },
    ]);
    expect((await post('x'.repeat(9 * 1024 * 1024))).status).toBe(413);
    expect((await client.chat.completions.create({ model, messages })).choices).toHaveLength(1);
  });

  it('answers a failure of the engine with 500 and none of its text', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const { post } = await start();
    const response = await post(JSON.stringify({ model, messages: [{ role: 'user', content: 'break' }] }));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(JSON.stringify(said.mock.calls)).not.toContain('secret');
    said.mockRestore();
  });

  it('tells of a failure in the middle of a stream', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const { client } = await start();
    const stream = await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'break' }],
      stream: true,
    });
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow(/failed to answer/);
    said.mockRestore();
  });
});

describe('one model', () => {
  const ask = (name: string) => JSON.stringify({ model, messages: [{ role: 'user', content: name }] });

  it('answers one request after another, in the order in which they came', async () => {
    const { post, log } = await start(fakeEngine({ wordMs: 20 }));
    const first = post(ask('a'));
    await until(() => log.length > 0);
    await Promise.all([first, post(ask('b'))]);
    expect(log).toEqual(['start a', 'end a', 'start b', 'end b']);
  });

  it('stops when the client hangs up, and goes on with the next', async () => {
    const { post, log, url } = await start(fakeEngine({ words: Array(200).fill('x'), wordMs: 10 }));
    const hangUp = new AbortController();
    const first = fetch(`${url}/chat/completions`, { method: 'POST', body: ask('a'), signal: hangUp.signal }).catch(
      () => undefined,
    );
    await until(() => log.length > 0);
    const waiting = new AbortController();
    const second = fetch(`${url}/chat/completions`, { method: 'POST', body: ask('b'), signal: waiting.signal }).catch(
      () => undefined,
    );
    await sleep(50);
    waiting.abort();
    hangUp.abort();
    const cut = Date.now();
    await until(() => log.includes('abort a'));
    expect(Date.now() - cut).toBeLessThan(1_000);
    await Promise.all([first, second]);
    const third = new AbortController();
    const last = post(ask('c'), {});
    await until(() => log.includes('start c'));
    expect(log).toEqual(['start a', 'abort a', 'start c']);
    third.abort();
    void last.catch(() => undefined);
  });

  it('takes no more than so many at once', async () => {
    const { post, log } = await start(fakeEngine({ wordMs: 50 }), 1);
    const first = post(ask('a'));
    await until(() => log.length > 0);
    expect((await post(ask('b'))).status).toBe(503);
    expect((await first).status).toBe(200);
  });

  it('serves no web page: neither one with an origin nor one under a rebound name', async () => {
    const { post, url, log } = await start();
    expect((await post(ask('a'), { origin: 'https://evil.example' })).status).toBe(403);
    const status = await new Promise((resolve) => {
      httpRequest(`${url}/models`, { headers: { host: 'evil.example' } }, (response) =>
        resolve(response.resume().statusCode),
      ).end();
    });
    expect(status).toBe(403);
    expect(log).toEqual([]);
  });
});
