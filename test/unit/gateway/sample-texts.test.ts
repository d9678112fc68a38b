import type { Guard, SampleOptions, WorstCase } from '../../../src/gateway/gateway';
import type { ScriptedModelServer } from '../../helpers/scripted-model-server';
import { startScriptedModelServer } from '../../helpers/scripted-model-server';
import { failureOf, gatewayTo, modelOf } from './helpers';

let server: ScriptedModelServer;
beforeEach(async () => {
  server = await startScriptedModelServer({ answer: ({ body }) => ({ text: texts(body) }) });
});
afterEach(() => server.close());

const texts = ({ n = 1, seed = 0 }: { n?: number; seed?: number }) =>
  Array.from({ length: n }, (_, index) => `sample ${seed + index}`);
const signal = new AbortController().signal;
const bodies = () =>
  server.requests.map(({ body: { n, seed } }) => ({ n, seed })).sort((a, b) => (a.seed ?? 0) - (b.seed ?? 0));

function sample(samples: number, provider?: string, more: Partial<SampleOptions> = {}) {
  const gateway = gatewayTo(server.url, provider === undefined ? {} : { provider });
  return gateway.sample({ text: 'x' }, { model: modelOf(gateway), signal, samples, ...more });
}

test('samples are requests of their own with their index as seed, in the order of their index', async () => {
  const answers = await sample(3);
  expect(bodies()).toEqual([0, 1, 2].map((seed) => ({ n: undefined, seed })));
  expect(answers.map(({ text }) => text)).toEqual(['sample 0', 'sample 1', 'sample 2']);
});

test('one sample has no seed', async () => {
  await sample(1);
  expect(bodies()).toEqual([{ n: undefined, seed: undefined }]);
});

test('they are one request where the provider takes that, or as few as it takes', async () => {
  expect(await sample(3, 'samplesPerRequest: 20')).toHaveLength(3);
  expect(bodies()).toEqual([{ n: 3, seed: undefined }]);
  const answers = await sample(5, 'samplesPerRequest: 2');
  expect(bodies().slice(1)).toEqual([
    { n: 2, seed: 0 },
    { n: 2, seed: 2 },
    { n: undefined, seed: 4 },
  ]);
  expect(answers.map(({ text }) => text)).toEqual([0, 1, 2, 3, 4].map((index) => `sample ${index}`));
});

test('the worst case of several samples is that of all of them, and each request has a guard of its own', async () => {
  const seen: [number, WorstCase][] = [];
  const guard =
    (index: number): Guard =>
    (request, send, worstCase) => {
      seen.push([index, worstCase]);
      return send(request, { signal });
    };
  await sample(3, 'samplesPerRequest: 2', { guard, settings: { maxOutputTokens: 10 } });
  expect(seen.map(([index, { outputTokens }]) => [index, outputTokens])).toEqual([
    [0, 20],
    [2, 10],
  ]);
});

test('texts come as the model gave them, also cut and refused ones, and a sample that was left out is empty', async () => {
  server.script(() => ({ text: ['<think>so</think> half a '], finishReason: 'length' }));
  expect(await sample(2, 'samplesPerRequest: 2')).toEqual([
    { text: '<think>so</think> half a ', finishReason: 'length' },
    { text: '', finishReason: 'other' },
  ]);
  server.script(() => ({ text: '', refusal: 'no' }));
  expect(await sample(1)).toEqual([{ text: '', finishReason: 'refusal' }]);
});

test('where one request fails the others have ended before that is told', async () => {
  server.script(({ body }) => (body.seed === 0 ? { status: 401, error: 'no' } : { text: 'late', delayMs: 100 }));
  expect((await failureOf(sample(3))).type).toBe('AuthenticationFailed');
  expect(server.open).toBe(0);
});
