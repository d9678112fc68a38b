import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { stringify } from 'yaml';
import type { GivenInput } from '../../src/client';
import { connectCadenza } from '../../src/client';
import { readEnvironment } from '../../src/config/environment';
import { anyFreePort } from '../../src/embedded/free-port';
import { ensureTemporalServer, stopTemporalServer } from '../../src/embedded/temporal-server';
import type { Handlers } from '../../src/handlers/handler';
import { createWorker } from '../../src/worker';
import { keyLine } from '../helpers/encryption-keys';
import { findMarks } from '../helpers/find-marks';
import type { ScriptedReply } from '../helpers/scripted-model-server';
import { startScriptedModelServer } from '../helpers/scripted-model-server';
import { startReceiver } from '../unit/webhooks/receiver';

const KEY = 'SecretKeyMark0123456789';
const PROMPT = 'PromptTextMark0123456789';
const DOCUMENT = 'DocumentTextMark0123456789';
const BODY = 'ResponseBodyMark0123456789';
const MARKS = [KEY, PROMPT, DOCUMENT, BODY];

/** What the provider says to the prompt that ends in the name of the case. */
const REPLIES: Record<string, ScriptedReply> = {
  auth: { status: 401, error: { message: `Incorrect API key provided: ${KEY} ${BODY}`, code: 'invalid_api_key' } },
  quota: { status: 429, error: { message: BODY, code: 'insufficient_quota', type: 'insufficient_quota' } },
  rejected: {
    status: 400,
    error: { message: `invalid: ${PROMPT} rejected ${BODY}`, code: `${BODY} it is`, type: `${PROMPT} was` },
  },
  html: { status: 500, body: `<html>${BODY} ${PROMPT}</html>`, headers: { 'content-type': 'text/html' } },
  refusal: { text: '', refusal: `I will not ${PROMPT} ${BODY}` },
  truncated: { text: `${BODY} and`, finishReason: 'length' },
  cut: { text: BODY.repeat(20), cut: 'body' },
  json: { body: `{"choices": [${BODY} ${PROMPT}` },
  shape: { text: `${BODY} is no label` },
  schema: { json: { a: BODY, [BODY]: 1 } },
  slow: { hang: true },
};

const handlers: Handlers = {
  // What a handler says in its own message is its own business; what it says elsewhere is ours.
  with_cause: ({ text }) => {
    throw new Error('the handler failed', { cause: new Error(String(text)) });
  },
  parsing: ({ text }) => JSON.parse(`{ ${String(text)}`) as never,
  quoting: ({ text }) => {
    throw new Error(`can not handle ${String(text)}`);
  },
  endless: () => new Promise(() => undefined),
};

type Step = NonNullable<GivenInput<'pipeline'>['steps']>[number];
const step = (name: string, more: object): Step => ({ name, retryCount: 1, ...more }) as Step;
const ask = (name: string, more: object = {}): Step =>
  step(name, { handler: 'generation', config: { text: `${PROMPT} ${name}`, ...more } });
const STRICT = { type: 'object', properties: { a: { enum: ['x'] } }, required: ['a'], additionalProperties: false };

/** One failing step for each kind of failure; `text` holds the text of a document. */
const FAILING: Step[] = [
  ...['auth', 'quota', 'rejected', 'html', 'refusal', 'truncated', 'cut', 'json', 'slow'].map((name) => ask(name)),
  ask('nobody', { model: 'nobody' }),
  ask('keyless', { model: 'keyless' }),
  ask('long', { text: `${PROMPT} `.repeat(5_000) }),
  step('endless', { handler: 'endless', inputs: { text: 'input.text' }, timeoutSeconds: 1 }),
  step('missing', { handler: 'parsing', inputs: { text: 'input.text.nothing' } }),
  step('schema', {
    pattern: 'chain',
    config: {
      initialPrompt: PROMPT,
      steps: [{ name: 'one', promptTemplate: '{initial_input} schema', outputParser: { schema: STRICT } }],
    },
  }),
  step('votes', {
    pattern: 'ensemble',
    config: { task: 'classification', input: { text: `${PROMPT} shape`, labels: ['one', 'two'] }, members: ['gpt'] },
  }),
  step('tree', { pattern: 'treeOfThought', config: { problem: `${PROMPT} refusal`, depth: 1, numBranches: 1 } }),
  step('shape', {
    handler: 'classification',
    config: { text: `${PROMPT} shape`, labels: ['one', 'two'] },
  }),
  ...['with_cause', 'parsing'].map((name) => step(name, { handler: name, inputs: { text: 'input.text' } })),
  ...[
    ['jsonata', '$number(text)'],
    ['jsonata_error', '$error(text)'],
    ['jsonata_assert', '$assert(false, text)'],
    ['jsonata_type', 'text + 1'],
  ].map(([name, transform]) =>
    step(name ?? '', { handler: 'extract_text', inputs: { document: { value: { text: DOCUMENT } } }, transform }),
  ),
];

async function bytesBelow(folder: string): Promise<[file: string, bytes: Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => [file, await readFile(file)] as [string, Buffer]));
}

type Shown = { text: string; memo: string; failures: string; summaries: string };

/** What a history says outside of the payloads that carry inputs and results. */
function shownIn(history: unknown): Shown {
  const shown: Shown = { text: JSON.stringify(history), memo: '', failures: '', summaries: '' };
  const visit = (value: unknown, name: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const fields = value as Record<string, unknown>;
    if (/failure$/i.test(name)) {
      const { message, stackTrace, encodedAttributes } = fields;
      shown.failures += JSON.stringify([
        message,
        stackTrace,
        encodedAttributes,
        (fields['cause'] as object) && 'cause',
      ]);
    }
    if (name === 'userMetadata') shown.summaries += JSON.stringify(fields);
    if (name === 'memo' || name === 'upsertedMemo' || name === 'searchAttributes') shown.memo += JSON.stringify(fields);
    for (const [key, field] of Object.entries(fields)) visit(field, key);
  };
  visit(history, '');
  return shown;
}

/** Of the SDK's Runtime, which is one for all Workers of a process. */
const metricsPort = anyFreePort();

/** All that spans say. */
function keepingSpans(spans: string[]): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd: ({ name, attributes, events, status }) =>
      void spans.push(JSON.stringify([name, attributes, events, status])),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

/** What everybody sees who looks at a Worker: its metrics, its traces, and its log with all that it can say. */
function expectNothingTold({ metrics, spans, said }: { metrics: string; spans: string[]; said: string }): void {
  expect(findMarks(metrics, MARKS)).toEqual([]);
  expect(spans.filter((span) => findMarks(span, MARKS).length > 0)).toEqual([]);
  // What a handler quotes in its own message is its own business.
  expect(findMarks(said, [KEY, PROMPT, BODY])).toEqual([]);
  expect(metrics).toMatch(/cadenza_\w+\{.*model="gpt"/);
  expect(spans.length).toBeGreaterThan(FAILING.length);
  expect(said).toContain('"level":"DEBUG"');
}

/** Runs every failing step, and gives all that anybody could look at afterwards. */
async function runEverything(more: Record<string, string>, extra: Step[] = []) {
  const home = await mkdtemp(path.join(tmpdir(), 'cadenza-marks-'));
  const said: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((text) => said.push(String(text)) > 0),
  );
  const models = await startScriptedModelServer({
    answer: ({ body }) =>
      REPLIES[Object.keys(REPLIES).find((name) => JSON.stringify(body).includes(`${PROMPT} ${name}`)) ?? ''],
  });
  const receiver = await startReceiver((response) => response.writeHead(400).end(BODY));
  const registry = path.join(home, 'models.yaml');
  const scripted = { type: 'openai', baseUrl: models.url, apiKeyEnv: 'MARKED_KEY', timeoutSeconds: 5 };
  const gpt = { provider: 'scripted', model: 'gpt-test', price: { input: 2, output: 8 } };
  const providers = {
    scripted,
    away: { ...scripted, baseUrl: 'http://127.0.0.1:9/v1' },
    keyless: { ...scripted, apiKeyEnv: 'NO_SUCH_KEY_IN_TESTS' },
  };
  const [nobody, keyless] = [
    { ...gpt, provider: 'away' },
    { ...gpt, provider: 'keyless' },
  ];
  await writeFile(registry, stringify({ providers, models: { gpt, nobody, keyless }, tasks: { default: 'gpt' } }));
  process.env['MARKED_KEY'] = KEY;
  const ports = { port: await anyFreePort(), uiPort: await anyFreePort() };
  const cacheDir = readEnvironment().cache;
  const server = await ensureTemporalServer({ home, cacheDir, ...ports, detached: true, say: () => undefined });
  const secret = { CADENZA_WEBHOOK_SECRET: 'a-secret-of-this-test-0123456789', CADENZA_WEBHOOK_PRIVATE: '1' };
  const environment = readEnvironment({
    CADENZA_HOME: home,
    CADENZA_MODELS: registry,
    TEMPORAL_ADDRESS: server.address,
    CADENZA_LOG_LEVEL: 'DEBUG',
    CADENZA_METRICS_PORT: String(await metricsPort),
    ...secret,
    ...more,
  });
  const cadenza = await connectCadenza({ environment });
  const spans: string[] = [];
  const worker = await createWorker({ environment, handlers, telemetry: { spanProcessors: [keepingSpans(spans)] } });
  const served = worker.run();
  const connection = await Connection.connect({ address: server.address });
  let stopped: Promise<void> | undefined;
  const end = async () => {
    worker.shutdown();
    await served;
    await cadenza.close();
    await connection.close();
    await stopTemporalServer(home);
  };
  const stop = () => (stopped ??= end());
  try {
    const callbacks = { '*': { webhook: { url: receiver.url } } };
    const runs = await Promise.all(
      [...FAILING, ...extra].map((failing) =>
        cadenza.start('pipeline', { input: { text: DOCUMENT }, steps: [failing], callbacks } as never, {
          id: `marked-${failing.name}`,
        }),
      ),
    );
    const ended = await Promise.all(runs.map(async (run) => ({ id: run.workflowId, ...(await run.outcome()) })));
    const details = await Promise.all(runs.map((run) => run.progress().then((progress) => JSON.stringify(progress))));
    const raw = new Client({ connection });
    const histories = await Promise.all(
      runs.map(async ({ workflowId }) => {
        const history = await raw.workflow.getHandle(workflowId).fetchHistory();
        return shownIn(JSON.parse(historyToJSON(history)));
      }),
    );
    const metrics = await (await fetch(`http://127.0.0.1:${await metricsPort}/metrics`)).text();
    await stop();
    return { ended, histories, details, metrics, spans, said: said.join(''), files: await bytesBelow(home) };
  } finally {
    spies.forEach((spy) => spy.mockRestore());
    await stop();
    await models.close();
    await receiver.close();
    await rm(home, { recursive: true, force: true });
  }
}

test('every kind of failure: no prompt, document, key or body in failures, summaries, memo, details, logs, metrics or traces', async () => {
  const seen = await runEverything({});
  const { ended, histories, details, said, files } = seen;
  const types = Object.fromEntries(ended.map(({ id, error }) => [id.slice('marked-'.length), error?.type]));
  expect(types).toEqual({
    auth: 'AuthenticationFailed',
    quota: 'QuotaExhausted',
    rejected: 'ModelRequestRejected',
    html: 'ProviderUnavailable',
    refusal: 'ModelRefused',
    truncated: 'ModelOutputTruncated',
    cut: 'ProviderUnreachable',
    json: 'ModelAnswerUnreadable',
    slow: 'ModelTimeout',
    nobody: 'ProviderUnreachable',
    keyless: 'KeyMissing',
    long: 'InputTooLarge',
    endless: 'HandlerTimeout',
    missing: 'MissingField',
    schema: 'ModelOutputInvalid',
    votes: 'TooFewAnswers',
    tree: 'ModelRefused',
    shape: 'ModelOutputInvalid',
    with_cause: 'HandlerFailed',
    parsing: 'HandlerFailed',
    jsonata: 'ExpressionFailed',
    jsonata_error: 'ExpressionFailed',
    jsonata_assert: 'ExpressionFailed',
    jsonata_type: 'ExpressionFailed',
  });
  const found = ended.flatMap(({ id, error }, index) => [
    ...findMarks(JSON.stringify(error), MARKS).map((mark) => `${id}: ${mark} in the error`),
    ...(['failures', 'summaries', 'memo'] as const).flatMap((where) =>
      findMarks(histories[index]?.[where] ?? '', MARKS).map((mark) => `${id}: ${mark} in ${where}`),
    ),
    ...findMarks(histories[index]?.text ?? '', [KEY]).map(() => `${id}: the key in the history`),
    ...findMarks(details[index] ?? '', MARKS).map((mark) => `${id}: ${mark} in the progress`),
  ]);
  expect(found).toEqual([]);
  expectNothingTold(seen);
  expect(findMarks(said, MARKS)).toEqual([]);
  expect(files.filter(([, bytes]) => findMarks(bytes, [KEY]).length > 0).map(([file]) => file)).toEqual([]);
  // The search itself works: small texts are inputs, which lie readable where nothing is encrypted.
  const database = files.filter(([file]) => path.basename(file).startsWith('temporal.db')).map(([, bytes]) => bytes);
  expect(findMarks(Buffer.concat(database), MARKS)).toEqual(expect.arrayContaining([PROMPT, DOCUMENT]));
}, 120_000);

test('with encryption on, the marks are nowhere: not in a history, the database, the store or a log', async () => {
  const quoting = step('quoting', { handler: 'quoting', inputs: { text: 'input.text' } });
  const seen = await runEverything({ CADENZA_ENCRYPTION_KEYS: keyLine('a') }, [quoting]);
  const { ended, histories, files } = seen;
  expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'failed'));
  // What a handler quotes in its own message reaches those with a key, and nobody else.
  expect(ended.at(-1)?.error?.message).toContain(DOCUMENT);
  const found = histories.flatMap(({ text }, index) =>
    findMarks(text, MARKS).map((mark) => `${ended[index]?.id}: ${mark}`),
  );
  expect(found).toEqual([]);
  for (const [file, bytes] of files)
    expect([path.basename(file), findMarks(bytes, MARKS)]).toEqual([path.basename(file), []]);
  expect(files.some(([file]) => file.includes('sealed') || file.includes('journal'))).toBe(true);
  expectNothingTold(seen);
}, 120_000);
