import type { PinnedModel, ProviderRequest, TaskInput } from '../../../src/contracts/model';
import type { ModelTask } from '../../../src/contracts/names';
import type { Guard, ProcessOptions } from '../../../src/gateway/gateway';
import { roomFor } from '../../../src/core/model-room';
import { worstCaseOf } from '../../../src/gateway/measure-request';
import { excerptOf } from '../../../src/handlers/text-excerpt';
import type { ScriptedModelServer } from '../../helpers/scripted-model-server';
import { startScriptedModelServer } from '../../helpers/scripted-model-server';
import { failureOf, gatewayTo, modelOf, SECRET_TEXT } from './helpers';

let server: ScriptedModelServer;
beforeEach(async () => {
  server = await startScriptedModelServer();
});
afterEach(() => server.close());

const signal = new AbortController().signal;

function run<T extends ModelTask>(task: T, input: TaskInput, options: Partial<ProcessOptions> = {}) {
  const gateway = gatewayTo(server.url);
  return gateway.process(task, input, { model: modelOf(gateway), signal, ...options });
}

describe('the measure of a request', () => {
  const small = (contextTokens: number): PinnedModel => ({
    name: 'small',
    provider: 'scripted',
    model: 'small-1',
    contextTokens,
  });

  test('refuses what would not fit, naming tokens and limit, before the guard is asked', async () => {
    const guard = jest.fn();
    const model = small(2_000);
    const failure = await failureOf(run('generation', { text: SECRET_TEXT.repeat(100) }, { model, guard }));
    expect(failure).toMatchObject({ type: 'InputTooLarge', retryable: false });
    expect(failure.message).toMatch(
      /^the request has about 1[23]\d\d tokens plus 1024 for the answer; model "small" takes 2000/,
    );
    expect(guard).not.toHaveBeenCalled();
    expect(server.requests).toHaveLength(0);
  });

  test('takes a context of 32,768 tokens where the registry names none', async () => {
    const fits = (32_768 - 1024 - 24) * 3;
    await run('generation', { text: 'x'.repeat(fits) });
    expect((await failureOf(run('generation', { text: 'x'.repeat(fits + 1) }))).type).toBe('InputTooLarge');
  });

  test('bounds the input by its bytes, the schema with it, and the output by its limit', () => {
    const chat: ProviderRequest = {
      kind: 'chat',
      messages: [{ role: 'user', content: 'äöü' }],
      temperature: 0,
      maxOutputTokens: 5,
    };
    expect(worstCaseOf(chat)).toEqual({ inputTokens: 6 + 8 + 16, outputTokens: 5 });
    const responseSchema = { name: 'n', schema: { type: 'object' } };
    const more = JSON.stringify(responseSchema).length;
    expect(worstCaseOf({ ...chat, responseSchema }).inputTokens).toBe(30 + more);
    expect(worstCaseOf({ kind: 'embedding', text: 'abc' })).toEqual({ inputTokens: 19, outputTokens: 0 });
  });

  test.each(['plain words ', 'Größenänderung ', '漢字かな交じり文', '👩‍🚀🚀'])(
    'tells how much of a text fits (%s)',
    async (words) => {
      const model = small(3_000);
      const { text, note } = excerptOf(words.repeat(3_000), roomFor(model), undefined);
      expect(note).toContain('Only the beginning was used');
      await run('summarization', { text }, { model });
      // No character is cut in two: half of one would not survive UTF-8.
      expect(Buffer.from(text).toString()).toBe(text);
      expect(roomFor(model, 5_000)).toBe(0);
    },
  );
});

describe('the guard', () => {
  test('stands before each request, the repair too, with its worst case', async () => {
    server.script((_request, index) => (index === 0 ? 'no' : { json: { prediction: 'a', score: 1 } }));
    const seen: [ProviderRequest, object][] = [];
    const guard: Guard = (request, send, worstCase) => {
      seen.push([request, worstCase]);
      return send(request, { signal });
    };
    await run('classification', { text: 'x', labels: ['a'] }, { guard });
    expect(seen).toHaveLength(2);
    for (const [request, worstCase] of seen) expect(worstCase).toEqual(worstCaseOf(request));
  });

  test('can answer from what it has: nothing is sent', async () => {
    const guard: Guard = () =>
      Promise.resolve({
        kind: 'chat',
        text: 'kept',
        finishReason: 'stop',
        tokens: { inputTokens: 1, outputTokens: 1 },
      });
    expect(await run('generation', { text: 'x' }, { guard })).toEqual({ text: 'kept' });
    expect(server.requests).toHaveLength(0);
  });

  test('sees the same request for the same question', async () => {
    const hashes: string[] = [];
    const guard: Guard = (request, send) => {
      hashes.push(JSON.stringify(request));
      return send(request, { signal });
    };
    const ask = () => run('extraction', { text: 'Mail ann@example.org' }, { guard, settings: { seed: 3 } });
    expect(await ask()).toEqual(await ask());
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).toContain('"seed":3');
  });
});
