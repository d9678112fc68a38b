import { getEventListeners, getMaxListeners } from 'node:events';
import { CadenzaError } from '../../../src/contracts/failures';
import type { BuiltinModels } from '../../../src/gateway/builtin-models';
import { createGateway } from '../../../src/gateway/create-gateway';
import { loadRegistry } from '../../../src/gateway/registry';
import type { ScriptedModelServer } from '../../helpers/scripted-model-server';
import { startScriptedModelServer } from '../../helpers/scripted-model-server';
import { failureOf, gatewayTo, modelOf, noBuiltin } from './helpers';

const environment = {};
const signal = new AbortController().signal;

let server: ScriptedModelServer;
beforeAll(async () => {
  server = await startScriptedModelServer();
});
afterAll(() => server.close());

const builtinAnswering = (calls: unknown[]): BuiltinModels => ({
  process: (model, task, input, given) => {
    calls.push([model, task, input.text, given === signal]);
    return Promise.resolve({ prediction: 'invoice', score: 1, scores: {} } as never);
  },
  close: () => Promise.resolve(void calls.push('closed')),
});

describe('a gateway', () => {
  test('gives built-in models their work without a guard, and closes them', async () => {
    const calls: unknown[] = [];
    const gateway = createGateway({
      registry: loadRegistry({ environment }),
      environment,
      builtin: builtinAnswering(calls),
    });
    const guard = jest.fn();
    const options = { model: modelOf(gateway, 'fast_classifier'), signal, guard };
    expect(await gateway.process('classification', { text: 'x' }, options)).toMatchObject({ prediction: 'invoice' });
    await gateway.close();
    expect(calls).toEqual([['classifier', 'classification', 'x', true], 'closed']);
    expect(guard).not.toHaveBeenCalled();
  });

  test('asks the local model at the endpoint it is given, without a key', async () => {
    const registry = loadRegistry({ environment });
    const local = { baseUrl: () => Promise.resolve(server.url) };
    const gateway = createGateway({ registry, environment: { OPENAI_API_KEY: 'mine' }, builtin: noBuiltin, local });
    const { text } = await gateway.process(
      'generation',
      { text: 'Hello' },
      { model: modelOf(gateway, 'local_llm'), signal },
    );
    expect(text).toBe('Answer to: Hello');
    expect(server.requests.at(-1)?.headers).not.toHaveProperty('authorization');
    expect(server.requests.at(-1)?.body.model).toBe('smollm2-135m-instruct');
  });

  test('says how to install the local model where it is not there', async () => {
    const registry = loadRegistry({ environment });
    const missing = { baseUrl: () => Promise.reject(new CadenzaError('ModelNotInstalled', 'not there')) };
    for (const local of [undefined, missing]) {
      const gateway = createGateway({ registry, environment, builtin: noBuiltin, ...(local && { local }) });
      const asked = gateway.process('generation', { text: 'x' }, { model: modelOf(gateway, 'local_llm'), signal });
      expect(await failureOf(asked)).toMatchObject({ type: 'ModelNotInstalled', retryable: false });
    }
  });

  test('sends to its own endpoint of a pinned provider, and refuses one that it does not have', async () => {
    const gateway = gatewayTo(server.url);
    const pinned = { name: 'old_name', provider: 'scripted', model: 'pinned-1' };
    await gateway.process('generation', { text: 'x' }, { model: pinned, signal });
    expect(server.requests.at(-1)?.body.model).toBe('pinned-1');
    for (const provider of ['scriptd', 'constructor']) {
      const model = { ...pinned, provider };
      const failure = await failureOf(gateway.process('generation', { text: 'x' }, { model, signal }));
      expect(failure.type).toBe('ConfigurationInvalid');
      expect(failure.message).toContain('scripted');
    }
  });

  test('refuses an unknown task, whichever model it is for', async () => {
    const gateway = gatewayTo(server.url);
    const asked = gateway.process('constructor' as never, { text: 'x' }, { model: modelOf(gateway), signal });
    expect(await failureOf(asked)).toMatchObject({ type: 'UnknownTask' });
  });

  test('keeps many calls open at once on one client and one signal, and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const before = server.answered;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    server.script(() => released.then(() => 'done'));
    const gateway = gatewayTo(server.url);
    const calls = Array.from({ length: 100 }, (_, index) =>
      gateway.process('generation', { text: `${index}` }, { model: modelOf(gateway), signal }),
    );
    await server.until(({ open }) => open === 100, 20_000);
    release();
    expect(await Promise.all(calls)).toHaveLength(100);
    expect(server.answered - before).toBe(100);
    server.script(undefined);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    // More than ten at once would make Node print a warning.
    expect(getMaxListeners(signal)).toBeGreaterThanOrEqual(10_000);
  });
});
