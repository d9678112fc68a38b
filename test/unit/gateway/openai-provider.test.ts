import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { transformFileSync } from '@swc/core';
import type { TaskInput } from '../../../src/contracts/model';
import type { ModelTask } from '../../../src/contracts/names';
import type { Guard, ProcessOptions } from '../../../src/gateway/gateway';
import type { ScriptedModelServer, ScriptedReply } from '../../helpers/scripted-model-server';
import { startScriptedModelServer } from '../../helpers/scripted-model-server';
import { failureOf, gatewayTo, modelOf, SECRET_KEY, SECRET_TEXT } from './helpers';

let server: ScriptedModelServer;
beforeEach(async () => {
  server = await startScriptedModelServer();
});
afterEach(() => server.close());

const signal = new AbortController().signal;
const last = () => server.requests[server.requests.length - 1];

function ask(task: ModelTask, input: TaskInput, options: Partial<ProcessOptions> = {}, provider?: string) {
  const gateway = gatewayTo(server.url, provider === undefined ? {} : { provider });
  return gateway.process(task, input, { model: modelOf(gateway), signal, ...options });
}

/** What the provider itself answered, as a guard sees it. */
async function answerTo(reply: ScriptedReply, task: ModelTask = 'generation', text = '12345678') {
  server.script(() => reply);
  let seen: unknown;
  const guard: Guard = async (request, send) => {
    const answer = await send(request, { signal });
    seen = answer;
    return answer;
  };
  await ask(task, { text }, { guard }).catch(() => undefined);
  return seen;
}

describe('a chat request', () => {
  test('carries the model, the settings and nothing else', async () => {
    await ask('generation', { text: 'Say hi', system: 'Be brief' }, { settings: { seed: 7, maxOutputTokens: 50 } });
    expect(last()).toMatchObject({ method: 'POST', path: '/chat/completions' });
    expect(last()?.body).toEqual({
      model: 'big-1',
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: 'Say hi' },
      ],
      temperature: 0.3,
      max_tokens: 50,
      seed: 7,
    });
    expect(last()?.headers.authorization).toBe(`Bearer ${SECRET_KEY}`);
    expect(last()?.headers['idempotency-key']).toBeUndefined();
  });

  test('limits its output by the field the provider knows, 1,024 tokens where nothing is said', async () => {
    await ask('generation', { text: 'x' }, {}, 'maxTokensField: max_completion_tokens');
    expect(last()?.body).toMatchObject({ max_completion_tokens: 1024 });
    expect(last()?.body).not.toHaveProperty('max_tokens');
  });

  test('carries a schema as the provider takes it: as such, as JSON mode, or in the prompt', async () => {
    const system = () => last()?.body.messages?.[0]?.content ?? '';
    await ask('sentiment', { text: 'I love it' });
    expect(last()?.body.response_format).toMatchObject({
      type: 'json_schema',
      json_schema: { name: 'sentiment', strict: true },
    });
    expect(system()).not.toContain('JSON Schema');
    await ask('sentiment', { text: 'I love it' }, {}, 'structuredOutput: json_object');
    expect(last()?.body.response_format).toEqual({ type: 'json_object' });
    expect(system()).toContain('JSON Schema');
    await ask('sentiment', { text: 'I love it' }, {}, 'structuredOutput: none');
    expect(last()?.body).not.toHaveProperty('response_format');
    expect(system()).toContain('"enum":["positive","negative","neutral"]');
  });

  test('carries the idempotency key that its guard gives', async () => {
    const guard: Guard = (request, send) => send(request, { signal, idempotencyKey: 'key-1' });
    await ask('generation', { text: 'x' }, { guard });
    expect(last()?.headers['idempotency-key']).toBe('key-1');
  });

  test('obeys the timeout that its guard gives', async () => {
    server.script(() => ({ hang: true }));
    const guard: Guard = (request, send) => send(request, { signal, timeoutMs: 100 });
    const failure = await failureOf(ask('generation', { text: 'x' }, { guard, settings: { timeoutMs: 9_000 } }));
    expect(failure.message).toContain('within 100 ms');
  });

  test('waits no longer than the provider line says', async () => {
    server.script(() => ({ hang: true }));
    const failure = await failureOf(ask('generation', { text: 'x' }, {}, 'timeoutSeconds: 0.15'));
    expect(failure).toMatchObject({ type: 'ModelTimeout' });
  });
});

describe('an answer', () => {
  const chat = (choice: object, rest: object = {}): ScriptedReply => ({ body: { choices: [choice], ...rest } });

  test.each<[string, ScriptedReply, object]>([
    [
      'with usage is counted',
      { text: 'hi', usage: { prompt_tokens: 9, completion_tokens: 3 } },
      { text: 'hi', finishReason: 'stop', tokens: { inputTokens: 9, outputTokens: 3 } },
    ],
    [
      'without usage is estimated',
      { text: 'abcde', usage: null },
      { tokens: { inputTokens: 2, outputTokens: 2, estimated: true } },
    ],
    [
      'with half a usage is estimated',
      chat({ message: { content: 'hi' } }, { usage: { prompt_tokens: 9, completion_tokens: -5 } }),
      { tokens: { inputTokens: 2, outputTokens: 1, estimated: true } },
    ],
    [
      'with broken usage is estimated',
      chat({ message: { content: 'hi' } }, { usage: { prompt_tokens: 'many' } }),
      { tokens: { estimated: true } },
    ],
    [
      'in parts is joined',
      chat({
        message: {
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      }),
      { text: 'ab' },
    ],
    ['without a finish reason is finished', chat({ message: { content: 'hi' } }), { finishReason: 'stop' }],
    ['with null for a text is empty', chat({ message: { content: null }, finish_reason: 'stop' }), { text: '' }],
    ['cut at its limit says so', { text: 'a', finishReason: 'length' }, { finishReason: 'length' }],
    ['filtered is a refusal', { text: '', finishReason: 'content_filter' }, { finishReason: 'refusal' }],
    ['with a refusal is one', { text: '', refusal: 'no' }, { finishReason: 'refusal' }],
    ['with tool calls is another', { text: 'a', finishReason: 'tool_calls' }, { finishReason: 'other' }],
    [
      'says which model gave it, and what of its tokens was cached or thought',
      chat(
        { message: { content: 'hi' } },
        {
          id: 'chatcmpl-1',
          model: 'big-1-2026-11-01',
          usage: {
            prompt_tokens: 9,
            completion_tokens: 3,
            prompt_tokens_details: { cached_tokens: 8 },
            completion_tokens_details: { reasoning_tokens: 2 },
          },
        },
      ),
      {
        response: { id: 'chatcmpl-1', model: 'big-1-2026-11-01', cachedTokens: 8, reasoningTokens: 2 },
        tokens: { inputTokens: 9, outputTokens: 3 },
      },
    ],
    ['that calls itself text is read', { text: 'hi', headers: { 'content-type': 'text/plain' } }, { text: 'hi' }],
  ])('%s', async (_what, reply, expected) => {
    expect(await answerTo(reply)).toMatchObject({ kind: 'chat', ...expected });
  });

  test('keeps no text in the place of a name', async () => {
    const body = { choices: [{ message: { content: 'hi' } }], id: 'a text of somebody', model: 7 };
    expect(await answerTo({ body })).not.toHaveProperty('response');
  });

  test('of an embedding model is its vector', async () => {
    server.script(() => ({ embedding: [0.5, -1] }));
    expect(await ask('embedding', { text: 'x' })).toEqual({ dimensions: 2, embedding: [0.5, -1] });
    expect(last()?.body).toEqual({ model: 'big-1', input: 'x', encoding_format: 'float' });
  });
});

describe('a redirect', () => {
  test.each([301, 302, 307, 308])(
    '(%d) is not followed: the text goes to no host that nobody configured',
    async (status) => {
      const other = await startScriptedModelServer();
      try {
        server.script(() => ({ status, headers: { location: `${other.url}/chat/completions` }, body: '' }));
        const gateway = gatewayTo(server.url);
        const asked = gateway.process('generation', { text: SECRET_TEXT }, { model: modelOf(gateway), signal });
        const failure = await failureOf(asked);
        expect(failure).toMatchObject({ type: 'ConfigurationInvalid', retryable: false });
        expect(failure.message).toContain('correct its baseUrl');
        expect(other.requests).toHaveLength(0);
      } finally {
        await other.close();
      }
    },
  );
});

describe('keys', () => {
  const withKey = (key: string | undefined, guard?: Guard) => {
    const gateway = gatewayTo(server.url, { environment: { SCRIPTED_KEY: key } });
    return gateway.process(
      'generation',
      { text: SECRET_TEXT },
      { model: modelOf(gateway), signal, ...(guard && { guard }) },
    );
  };

  test.each([undefined, '', '  '])(
    'that are not there (%p) are missed by name before anything is reserved or sent',
    async (key) => {
      const guard = jest.fn();
      const failure = await failureOf(withKey(key, guard));
      expect(guard).not.toHaveBeenCalled();
      expect(failure).toMatchObject({ type: 'KeyMissing', retryable: false });
      expect(failure.message).toBe('provider "scripted" needs a key in SCRIPTED_KEY, which is not set');
      expect(server.requests).toHaveLength(0);
    },
  );

  test('that no header can carry are refused without being shown', async () => {
    const failure = await failureOf(withKey(`${SECRET_KEY}\nX-Evil: 1`));
    expect(failure.type).toBe('ConfigurationInvalid');
    expect(failure.message).toContain('SCRIPTED_KEY');
  });

  test('are read for each call, white space around them left out', async () => {
    const environment: Record<string, string> = { SCRIPTED_KEY: 'first' };
    const gateway = gatewayTo(server.url, { environment });
    const call = () => gateway.process('generation', { text: 'x' }, { model: modelOf(gateway), signal });
    await call();
    environment['SCRIPTED_KEY'] = 'second\n';
    await call();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
  });

  test('of OpenAI go to no other endpoint, though its variables are set', async () => {
    const variables = {
      OPENAI_API_KEY: SECRET_KEY,
      OPENAI_ADMIN_KEY: SECRET_KEY,
      OPENAI_ORG_ID: 'org-SECRETKEY',
      OPENAI_PROJECT_ID: 'SECRETKEY',
    };
    const before = { ...process.env };
    Object.assign(process.env, variables);
    try {
      await withKey('mine');
    } finally {
      process.env = before;
    }
    expect(JSON.stringify(last()?.headers)).not.toContain('SECRETKEY');
  });
});

test('a gateway has connections of its own, which end with it', () => {
  // In a process of its own: Jest hides Node's dispatcher.
  const { code } = transformFileSync(path.resolve(__dirname, '../../../src/gateway/connections.ts'), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  const script = `${code}
    require('node:http').createServer((_, response) => response.end('answered')).listen(0, '127.0.0.1', async function () {
      const connections = exports.createConnections();
      const ask = () => fetch('http://127.0.0.1:' + this.address().port, { ...connections.fetchOptions, signal: AbortSignal.timeout(5000) });
      console.log(Object.keys(connections.fetchOptions).join(), await (await ask()).text());
      await connections.close();
      console.log(await ask().then(() => 'open', () => 'closed'));
      this.close();
    });`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 10_000 });
  expect({ stdout, stderr }).toEqual({ stdout: 'dispatcher answered\nclosed\n', stderr: '' });
});
