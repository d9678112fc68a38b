import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { connectCadenza } from '../../src/client';
import type { OtlpReceiver, ReceivedSpan } from '../helpers/otlp-receiver';
import { startOtlpReceiver } from '../helpers/otlp-receiver';
import type { WorkerProcess } from '../helpers/spawn-worker';
import { spawnWorker } from '../helpers/spawn-worker';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

/** A word that may be in no span unless somebody asks for it. */
const SECRET = 'zebrafish-secret';

let world: TestWorld;
let receiver: OtlpReceiver;
let release: () => void = () => undefined;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  world = await createTestWorld({
    answer: async ({ body }) => {
      const prompt = JSON.stringify(body.messages);
      if (prompt.includes('HOLD')) await new Promise<void>((resolve) => (release = resolve));
      return { text: `about ${SECRET}`, usage: { prompt_tokens: 100, completion_tokens: 50 } };
    },
  });
});

afterAll(async () => {
  release();
  await Promise.all(workers.map((worker) => worker.kill()));
  await world.close();
  await receiver.close();
  await closeTestServer();
});

async function start(more: Record<string, string> = {}): Promise<WorkerProcess> {
  const worker = await spawnWorker({ ...world.variables, ...more });
  workers.push(worker);
  return worker;
}

const traced = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '50' });
const chain = (words: string[]) => ({
  initialPrompt: SECRET,
  steps: words.map((word, index) => ({
    name: `step${index}`,
    promptTemplate: `${word} {initial_input}`,
    model: 'gpt',
  })),
});
const of = (workflowId: string) => (span: ReceivedSpan) => span.attributes['temporal.workflow.id'] === workflowId;
const runSpan = (workflowId: string) =>
  receiver.spans.find((span) => span.name.startsWith('run ') && of(workflowId)(span));

test('a trace leads from the program that starts a run through run and Activity to each model call, with its money and no text', async () => {
  const worker = await start(traced());
  const service = new BasicTracerProvider().getTracer('a service');
  const request = service.startSpan('POST /articles', {}, ROOT_CONTEXT);
  const client = await connectCadenza({
    client: world.cadenza.temporal,
    environment: world.environment,
    tracerProvider: {
      // The request of the service is what is active there.
      getTracer: () => ({
        ...service,
        startSpan: (name, options) => service.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, request)),
        startActiveSpan: () => undefined as never,
      }),
    },
  });
  const { workflowId } = await client.start('chain', chain(['one', 'two']), { id: 'traced' });
  const result = (await (await world.cadenza.find(workflowId)).result()) as { usage: { costUsd: number } };
  await worker.stop();

  const { traceId } = request.spanContext();
  const spans = receiver.spans.filter((span) => span.traceId === traceId);
  const run = spans.find(({ name }) => name === 'run chain') as ReceivedSpan;
  const asks = spans.filter(({ name }) => name.startsWith('askChainStep'));
  const calls = spans.filter(({ name }) => name === 'chat gpt-test');
  expect([run, ...asks, ...calls].map(({ service: name }) => name)).toEqual(Array(5).fill('cadenza-worker'));
  expect(asks.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
    ['askChainStep step0', run.spanId],
    ['askChainStep step1', run.spanId],
  ]);
  expect(calls.map(({ parentSpanId }) => parentSpanId)).toEqual(asks.map(({ spanId }) => spanId));
  expect(run.startMs).toBeLessThanOrEqual(asks[0]?.startMs ?? 0);
  expect(run.endMs).toBeGreaterThanOrEqual(asks[1]?.endMs ?? Infinity);

  // 100 tokens in at 2 USD and 50 out at 8 USD a million.
  const costUsd = (100 * 2 + 50 * 8) / 1e6;
  const { port } = new URL(world.models.url);
  expect(calls[0]?.kind).toBe('SPAN_KIND_CLIENT');
  expect(calls[0]?.attributes).toEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'scripted',
    'gen_ai.request.model': 'gpt-test',
    'gen_ai.request.temperature': expect.any(Number) as number,
    'gen_ai.request.max_tokens': 1024,
    'gen_ai.output.type': 'text',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 50,
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.response.id': 'scripted-0',
    'gen_ai.response.model': 'gpt-test',
    'server.address': '127.0.0.1',
    'server.port': Number(port),
    'cadenza.model': 'gpt',
    'cadenza.provider': 'scripted',
    'cadenza.step': 'step0',
    'cadenza.sample': 0,
    'cadenza.cost_usd': costUsd,
  });
  expect(run.attributes).toMatchObject({
    'cadenza.pattern': 'chain',
    'cadenza.run.outcome': 'completed',
    'cadenza.run.cost_usd': 2 * costUsd,
    'cadenza.run.calls': 2,
  });
  expect(result.usage.costUsd).toBe(2 * costUsd);
  expect(JSON.stringify(spans)).not.toContain(SECRET);
  expect(JSON.stringify(spans)).not.toContain('key-for-tests');
});

test('a run goes on where traces are switched on and off again between its Workers, in one trace', async () => {
  const plain = await start();
  const run = await world.cadenza.start('chain', chain(['one', 'HOLD', 'three', 'HOLD', 'five']), { id: 'switched' });
  const held = (count: number) =>
    waitUntil(() => world.models.requests.filter(({ body }) => /HOLD/.test(JSON.stringify(body))).length === count);
  // Each Worker ends with its call, and the next one goes on from there.
  const handOver = async (worker: WorkerProcess) => {
    const stopping = worker.stop();
    release();
    await stopping;
  };
  await held(1);
  await handOver(plain);
  const tracing = await start(traced());
  await held(2);
  await handOver(tracing);
  await start();
  expect((await run.result()).partial).toBe(false);

  const spans = receiver.spans.filter(of('switched'));
  expect(spans.map(({ name }) => name)).toEqual(['askChainStep step2', 'askChainStep step3']);
  expect(new Set(spans.map(({ traceId, parentSpanId }) => `${traceId} ${parentSpanId}`)).size).toBe(1);
  expect(runSpan('switched')).toBeUndefined();
});

test('a tree is one trace, whoever started it, and texts are in it only for who asks for them', async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  const variable = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' };
  const worker = await start({ ...traced(), ...variable });
  const input = { task: 'generation', input: SECRET, members: [{ pattern: 'chain', config: chain(['one']) }, 'gpt'] };
  const run = await world.cadenza.start('ensemble', input as never, { id: 'tree' });
  await run.result();
  await worker.stop();
  const root = runSpan('tree') as ReceivedSpan;
  expect(root.parentSpanId).toBe('');
  const spans = receiver.spans.filter(({ traceId }) => traceId === root.traceId);
  const child = spans.find(({ name }) => name === 'run chain') as ReceivedSpan;
  expect(child.parentSpanId).toBe(root.spanId);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  expect(spans.filter(({ parentSpanId }) => !ids.has(parentSpanId)).map(({ name }) => name)).toEqual(['run ensemble']);
  const call = spans.find(({ name }) => name === 'chat gpt-test') as ReceivedSpan;
  expect(JSON.parse(String(call.attributes['gen_ai.output.messages']))).toEqual([
    { role: 'assistant', parts: [{ type: 'text', content: `about ${SECRET}` }], finish_reason: 'stop' },
  ]);
  expect(String(call.attributes['gen_ai.input.messages'])).toContain(SECRET);
});
