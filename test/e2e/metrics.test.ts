import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { anyFreePort } from '../../src/embedded/free-port';
import { METRICS } from '../../src/telemetry/metrics/metric-table';
import type { Prometheus } from '../helpers/prometheus';
import { findPrometheus, startPrometheus } from '../helpers/prometheus';
import type { Cli, RunningCli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

let world: TestWorld;
let cli: Cli;
let worker: RunningCli;
let prometheus: Prometheus | undefined;
let metricsUrl: string;
let healthUrl: string;
const SECRET = 'zebrafish-secret';
const HANDLERS = `exports.fails_after_its_answer = async ({ text }, config, { ask, attempt }) => {
  const { result } = await ask('generation', { text });
  if (attempt === 1) throw new Error('after the answer');
  return result;
};`;

beforeAll(async () => {
  const binary = findPrometheus();
  let failures = 1;
  world = await createTestWorld({
    registry: ({ providers: { scripted }, models }) => ({
      providers: { scripted, shaky: { ...scripted, breaker: { failures: 1, openSeconds: 300 } } },
      models: {
        ...models,
        shaky: { ...models.gpt, provider: 'shaky', model: 'shaky-test', fallback: ['gpt'] },
        busy: { ...models.gpt, provider: 'shaky', model: 'busy-test', fallback: ['gpt'] },
      },
    }),
    answer: ({ body }) => {
      if (body.model === 'busy-test')
        return { status: 429, error: { code: 'rate' }, headers: { 'retry-after': '300' } };
      if (body.model === 'shaky-test') return { status: 503, error: { code: 'down' } };
      if (JSON.stringify(body.messages).includes('again') && failures-- > 0) return { status: 503, error: 'busy' };
      return { text: SECRET, usage: { prompt_tokens: 100, completion_tokens: 50 } };
    },
  });
  const [metrics, health] = [await anyFreePort(), await anyFreePort()];
  const handlers = path.join(world.folder, 'handlers.cjs');
  writeFileSync(handlers, HANDLERS);
  cli = await createCli({
    ...world.variables,
    CADENZA_METRICS_PORT: String(metrics),
    CADENZA_HEALTH_PORT: String(health),
    CADENZA_HANDLERS: handlers,
  });
  worker = cli.start(['worker'], { timeoutMs: 300_000 });
  await worker.said(/Worker ready/);
  metricsUrl = `http://127.0.0.1:${metrics}/metrics`;
  healthUrl = `http://127.0.0.1:${health}`;
  if (binary !== undefined) prometheus = await startPrometheus(binary, world.folder, `127.0.0.1:${metrics}`);
  else process.stderr.write('SKIPPED: no Prometheus on PATH, and it can not be installed here\n');

  const step = (word: string) => ({ name: 'say', promptTemplate: `${word} {initial_input}`, model: 'gpt' });
  const run = async (word: string, more: object = {}) => {
    const started = await world.cadenza.start('chain', { initialPrompt: SECRET, steps: [step(word)], ...more });
    await started.result();
  };
  const behind = async (model: string) => {
    const steps = [{ name: 'say', handler: 'generation', config: { text: SECRET, model } }];
    const { results } = await (await world.cadenza.start('pipeline', { steps })).result();
    expect(results).toMatchObject({ say: { models: [model, 'gpt'] } });
  };
  const asked = { name: 'say', handler: 'fails_after_its_answer', inputs: { text: { value: SECRET } } };
  await (await world.cadenza.start('pipeline', { steps: [asked] })).result();
  await run('once');
  await behind('busy');
  await behind('shaky');
  await run('again');
  await expect(run('too dear', { budget: { usd: 0.000001 } })).rejects.toThrow('are left in the budget');
}, 180_000);

afterAll(async () => {
  await prometheus?.close();
  await cli.close();
  await world.close();
  await closeTestServer();
});

const text = async () => (await fetch(metricsUrl)).text();

test('a real Prometheus scrapes a Worker: calls, tokens, money, retries, journal, refusals by model and pattern', async () => {
  const { query } = prometheus ?? {};
  if (!query) return;
  const one = async (expression: string) => (await query(expression))[0]?.value;
  await waitUntil(async () => (await one('sum(cadenza_runs_total)')) === 6);
  const by = '{model="gpt",provider="scripted",pattern="chain"';
  expect(await one(`cadenza_model_requests_total${by},outcome="answered"}`)).toBe(2);
  expect(await one(`cadenza_model_requests_total${by},outcome="ProviderUnavailable"}`)).toBe(1);
  expect(await one(`cadenza_model_request_seconds_count${by}}`)).toBe(3);
  expect(await one(`cadenza_model_tokens_total${by},direction="input"}`)).toBe(200);
  expect(await one(`cadenza_model_tokens_total${by},direction="output"}`)).toBe(100);
  // 100 tokens in at 2 USD and 50 out at 8 USD a million, twice.
  expect(await one('sum by (model) (cadenza_model_cost_nanousd_total{pattern="chain"}) / 1e9')).toBeCloseTo(0.0012, 9);
  expect(await one('cadenza_activity_retries_total{activity="askChainStep",pattern="chain"}')).toBe(1);
  expect(await one('cadenza_journal_hits_total{model="gpt",pattern="pipeline"}')).toBe(1);
  expect(await one('cadenza_budget_refusals_total{model="gpt",pattern="chain",type="BudgetExceeded"}')).toBe(1);
  expect(await one('cadenza_runs_total{pattern="chain",outcome="failed"}')).toBe(1);
  expect(await one('cadenza_queue_wait_seconds_count{activity="askChainStep"}')).toBe(4);
  expect(await one('temporal_workflow_completed{workflow_type="chain"}')).toBe(2);
});

test('a real Prometheus sees circuits, pauses and what was held back, by provider and model', async () => {
  const { query } = prometheus ?? {};
  if (!query) return;
  const one = async (expression: string) => (await query(expression))[0]?.value;
  await waitUntil(async () => (await one('cadenza_breaker_state{provider="shaky"}')) === 2);
  expect(await one('cadenza_breaker_state{provider="scripted"}')).toBe(0);
  expect(await one('cadenza_provider_pauses_total{provider="shaky",model="busy"}')).toBe(1);
  const left = await one('cadenza_provider_paused_until_seconds{provider="shaky",model="busy"} - time()');
  expect(left).toBeGreaterThan(200);
  expect(left).toBeLessThanOrEqual(300);
  expect(await one('cadenza_provider_refusals_total{provider="shaky",model="shaky",why="open"}')).toBe(1);
});

test('the queries of the docs have an answer', async () => {
  const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'telemetry.md'), 'utf8');
  const queries = [...page.matchAll(/```promql\n([\s\S]*?)```/g)].map(([, found]) => (found ?? '').trim());
  expect(queries).toHaveLength(4);
  if (!prometheus) return;
  for (const asked of queries) {
    await waitUntil(async () => ((await prometheus?.query(asked)) ?? []).length > 0);
  }
});

test('metrics have the names and labels of the table, and no text of a prompt', async () => {
  const lines = (await text()).split('\n').filter((line) => line.startsWith('cadenza_'));
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) {
    const [, full = '', labels = ''] = /^(\w+)\{(.*)\} /.exec(line) ?? [];
    const name = full.replace(/_(?:bucket|sum|count)$/, '');
    const row = METRICS[name as keyof typeof METRICS];
    const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== 'le');
    expect([name, names.sort()]).toEqual([name, [...row.labels].sort()]);
  }
  expect(await text()).not.toContain(SECRET);
});

test('health: alive, ready, and nothing else', async () => {
  const get = async (where: string) => {
    const response = await fetch(healthUrl + where);
    return { status: response.status, body: (await response.json()) as object };
  };
  expect(await get('/livez')).toEqual({ status: 200, body: { status: 'ok' } });
  const checks = { worker: 'ok', temporal: 'ok', store: 'ok' };
  expect(await get('/readyz')).toEqual({ status: 200, body: { status: 'ok', checks } });
  expect((await get('/')).status).toBe(404);
  expect((await fetch(`${healthUrl}/readyz`, { method: 'POST' })).status).toBe(405);
});

test('its log is a line of JSON an entry, with run, step and attempt, and no text of a prompt', async () => {
  worker.signal('SIGTERM');
  const { code, stderr } = await worker.result;
  expect(code).toBe(0);
  const entries = stderr.split('\n').filter((line) => line.startsWith('{'));
  const failed = entries.map((line) => JSON.parse(line) as object).find((entry) => 'error' in entry && 'step' in entry);
  expect(failed).toEqual({
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    level: 'WARN',
    message: 'Activity failed',
    namespace: world.namespace,
    workflowType: 'pipeline',
    workflowId: expect.stringMatching(/^pipeline-/),
    runId: expect.any(String),
    step: 'say',
    activityType: 'fails_after_its_answer',
    attempt: 1,
    error: expect.stringContaining('after the answer'),
  });
  expect(stderr).not.toContain(SECRET);
});
