import { MODEL_TASKS } from '../../../src/contracts/names';
import { listModelIds } from '../../../src/gateway/list-model-ids';
import { modelForTask } from '../../../src/core/pick-model';
import { pinsOf } from '../../../src/gateway/pins';
import type { Probe } from '../../../src/gateway/resolve-registry';
import { resolveRegistry } from '../../../src/gateway/resolve-registry';
import { startScriptedModelServer } from '../../helpers/scripted-model-server';
import { failureOf, SECRET_KEY } from './helpers';

/** Endpoints that exist, by address. */
const probeOf =
  (endpoints: Record<string, string[]>, asked: string[] = []): Probe =>
  (baseUrl) => {
    asked.push(baseUrl);
    const ids = endpoints[baseUrl];
    return ids ? Promise.resolve(ids) : Promise.reject(new Error('nobody there'));
  };
const OLLAMA = { 'http://127.0.0.1:11434/v1': ['nomic-embed-text:latest', 'llama3.2:latest'] };
const byTask = (resolved: Awaited<ReturnType<typeof resolveRegistry>>) => {
  const pins = pinsOf(resolved.registry.config);
  return Object.fromEntries(MODEL_TASKS.map((task) => [task, modelForTask(pins, task).model]));
};
const all = (model: string) => Object.fromEntries(MODEL_TASKS.map((task) => [task, model]));

describe('without a registry of their own, a person gets', () => {
  test('the built-in models where nothing is found', async () => {
    const resolved = await resolveRegistry({ environment: {}, probe: probeOf({}) });
    expect(byTask(resolved)).toMatchObject({ classification: 'classifier', generation: 'smollm2-135m-instruct' });
    expect(resolved.found).toContain('built-in models');
  });

  test('OpenAI where its key is set, the built-in models by name', async () => {
    const resolved = await resolveRegistry({ environment: { OPENAI_API_KEY: SECRET_KEY }, probe: probeOf(OLLAMA) });
    expect(byTask(resolved)).toEqual({
      classification: 'gpt-4.1-mini',
      sentiment: 'gpt-4.1-mini',
      summarization: 'gpt-4.1-mini',
      extraction: 'gpt-4.1',
      generation: 'gpt-4.1',
      translation: 'gpt-4.1',
      embedding: 'text-embedding-3-small',
    });
    const { providers, models } = resolved.registry.config;
    expect(providers['openai']).toMatchObject({ baseUrl: 'https://api.openai.com/v1', apiKeyEnv: 'OPENAI_API_KEY' });
    expect(models['gpt4']?.price).toEqual({ input: 2, output: 8 });
    expect(models).toHaveProperty('fast_classifier');
    expect(resolved.found).toMatch(/OPENAI_API_KEY.*gpt-4\.1-mini.*gpt-4\.1 /);
    expect(JSON.stringify(resolved)).not.toContain('SECRETKEY');
  });

  test('the model of OPENAI_MODEL where that is set', async () => {
    const environment = {
      OPENAI_API_KEY: SECRET_KEY,
      OPENAI_MODEL: 'gpt-x',
      OPENAI_BASE_URL: 'https://api.openai.com/v1/',
    };
    const resolved = await resolveRegistry({ environment, probe: probeOf({}) });
    expect(byTask(resolved)).toEqual(all('gpt-x'));
  });

  test('the endpoint of OPENAI_BASE_URL with its first chat model, key or not', async () => {
    const url = 'http://10.0.0.1:8000/v1';
    const probe = probeOf({ [url]: ['text-embedding-1', 'qwen'] });
    const open = await resolveRegistry({ environment: { OPENAI_BASE_URL: url }, probe });
    expect(byTask(open)).toEqual(all('qwen'));
    expect(open.registry.config.providers['endpoint']).not.toHaveProperty('apiKeyEnv');
    expect(open.found).toContain('qwen');
    const closed = await resolveRegistry({ environment: { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'k' }, probe });
    expect(closed.registry.config.providers['endpoint']).toMatchObject({ baseUrl: url, apiKeyEnv: 'OPENAI_API_KEY' });
  });

  test('the endpoint with the model that is named, without asking it', async () => {
    const asked: string[] = [];
    const environment = { OPENAI_BASE_URL: 'http://10.0.0.1/v1', OPENAI_MODEL: 'mine' };
    expect(byTask(await resolveRegistry({ environment, probe: probeOf({}, asked) }))).toEqual(all('mine'));
    expect(asked).toEqual([]);
  });

  test('the first chat model of a running Ollama, free, in the context it has', async () => {
    const resolved = await resolveRegistry({ environment: {}, probe: probeOf(OLLAMA) });
    expect(byTask(resolved)).toEqual(all('llama3.2:latest'));
    const { ollama_model: model } = resolved.registry.config.models;
    expect(model).toMatchObject({ price: { input: 0, output: 0 }, contextTokens: 4096 });
    expect(resolved.found).toContain('llama3.2:latest');
    const larger = await resolveRegistry({ environment: { OLLAMA_CONTEXT_LENGTH: '16384' }, probe: probeOf(OLLAMA) });
    expect(larger.registry.config.models['ollama_model']?.contextTokens).toBe(16_384);
  });

  test('the built-in models from an Ollama without a chat model', async () => {
    const resolved = await resolveRegistry({ environment: {}, probe: probeOf({ 'http://127.0.0.1:11434/v1': [] }) });
    expect(byTask(resolved)).toMatchObject({ classification: 'classifier' });
  });

  test.each([
    [{ OPENAI_BASE_URL: 'http://10.0.0.2/v1' }, 'GET /models names no model: set OPENAI_MODEL'],
    [{ OPENAI_BASE_URL: 'http://10.0.0.1/v1' }, 'GET /models names no model (nobody there): set OPENAI_MODEL'],
    [{ OPENAI_BASE_URL: 'not a url SECRETKEY' }, 'not an http(s) URL'],
    [{ OPENAI_BASE_URL: 'http://me:SECRETKEY@10.0.0.1/v1', OPENAI_MODEL: 'x' }, 'apiKeyEnv'],
  ])('a refusal where OPENAI_BASE_URL leads nowhere', async (environment, message) => {
    const failure = await failureOf(
      resolveRegistry({ environment, probe: probeOf({ ...OLLAMA, 'http://10.0.0.2/v1': [] }) }),
    );
    expect(failure.type).toBe('ConfigurationInvalid');
    expect(failure.message).toContain(message);
  });

  test.each([
    ['connection refused', new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } })],
    ['no answer within 5 s', new DOMException('SECRETKEY', 'TimeoutError')],
    ['host not found', new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } })],
    ['EHOSTUNREACH', new TypeError('fetch failed', { cause: { code: 'EHOSTUNREACH' } })],
    ['bad port', new TypeError('fetch failed', { cause: new Error('bad port') })],
    ['no connection', new TypeError('SECRETKEY')],
  ])('an endpoint that can not be reached named by its address: %s', async (reason, error) => {
    const environment = { OPENAI_BASE_URL: 'http://me:SECRETKEY@10.0.0.1/v1?SECRETKEY' };
    const failure = await failureOf(resolveRegistry({ environment, probe: () => Promise.reject(error) }));
    expect(failure.type).toBe('ConfigurationInvalid');
    expect(failure.message).toBe(
      `OPENAI_BASE_URL is set, but http://10.0.0.1/v1 can not be reached (${reason}): start that endpoint, correct OPENAI_BASE_URL, or unset it`,
    );
  });
});

test('a registry of their own counts alone: nothing is asked, whatever is set', async () => {
  const asked: string[] = [];
  const text = 'models: { a: { provider: builtin, model: classifier } }\ntasks: { default: a }';
  const environment = { OPENAI_API_KEY: SECRET_KEY, OPENAI_BASE_URL: 'http://10.0.0.1/v1' };
  const resolved = await resolveRegistry({ text, environment, probe: probeOf(OLLAMA, asked) });
  expect(Object.keys(resolved.registry.config.models)).toEqual(['a']);
  expect(resolved.found).toBe('Models come from the given models.');
  expect(asked).toEqual([]);
});

describe('the list of models of an endpoint', () => {
  test('is asked with the key, and read by its ids', async () => {
    const server = await startScriptedModelServer({ models: ['a', 'b'] });
    expect(await listModelIds(`${server.url}/`, { timeoutMs: 1000, key: 'k' })).toEqual(['a', 'b']);
    await server.close();
    await expect(listModelIds(server.url, { timeoutMs: 300 })).rejects.toThrow('fetch failed');
  });
});
