import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { readEnvironment } from '../../src/config/environment';
import { compiledFile, packageRoot } from '../../src/config/package-paths';
import { chainResultSchema } from '../../src/contracts/chain.schema';
import { check } from '../../src/contracts/check-input.schema';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import { localModelEndpoint } from '../../src/embedded/local-model/local-model-endpoint';
import { localModelPaths } from '../../src/embedded/local-model/local-model-paths';
import { LOCAL_MODEL } from '../../src/embedded/local-model/local-model-pins';
import { processAlive } from '../../src/embedded/process-info';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';

const cacheDir = readEnvironment().cache;
const paths = localModelPaths(cacheDir);
const installed = existsSync(paths.engineEntry) && existsSync(paths.weights);
if (!installed) {
  process.stderr.write('The local model is not installed; its tests are skipped. `cadenza models install local`\n');
}

const model = LOCAL_MODEL.id;
const serverFile = compiledFile('embedded', 'local-model', 'server-main.js');
const endpoint = localModelEndpoint({ cacheDir, serverFile });
const user = (content: string) => [{ role: 'user' as const, content }];
const story = user('Tell a long story about a fox that crosses a river.');
const seconds = (start: number) => (performance.now() - start) / 1000;

async function client() {
  return new OpenAI({ baseURL: await endpoint.baseUrl(), apiKey: 'none', maxRetries: 0 });
}

/** A request of one token: how long the model takes to be free again. */
async function secondsUntilFree() {
  const start = performance.now();
  await (await client()).chat.completions.create({ model, messages: user('Hi'), max_tokens: 1 });
  return seconds(start);
}

async function until(condition: () => boolean) {
  for (let i = 0; i < 100 && !condition(); i++) await sleep(50);
}

(installed ? describe : describe.skip)('the local model itself', () => {
  beforeAll(() => endpoint.baseUrl(), 60_000);
  afterAll(() => endpoint.close());

  it('answers and counts tokens', async () => {
    const answer = await (
      await client()
    ).chat.completions.create({ model, messages: user('What is 2 + 2?'), temperature: 0, max_tokens: 40 });
    expect(answer.choices[0]?.message.content).toContain('4');
    const { prompt_tokens, completion_tokens, total_tokens } = answer.usage ?? {};
    // The format of the prompt adds seven tokens to the seven of the question, and nothing else: no system prompt.
    expect(prompt_tokens).toBeGreaterThan(10);
    expect(prompt_tokens).toBeLessThan(25);
    expect(total_tokens).toBe((prompt_tokens ?? 0) + (completion_tokens ?? 0));
  });

  it('keeps to the limit of tokens and says so', async () => {
    const answer = await (await client()).chat.completions.create({ model, messages: story, max_tokens: 8 });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(8);
  });

  it('gives the same answer for the same seed, whatever was asked in between', async () => {
    const openai = await client();
    const ask = async (seed: number) => {
      const answer = await openai.chat.completions.create({
        model,
        messages: story,
        temperature: 1,
        seed,
        max_tokens: 24,
      });
      return answer.choices[0]?.message.content;
    };
    const first = await ask(1);
    await openai.chat.completions.create({ model, messages: user('Tell a long story about rain.'), max_tokens: 5 });
    expect(await ask(1)).toBe(first);
    expect(await ask(2)).not.toBe(first);
  });

  it('stops at a stop word, which is not part of the answer', async () => {
    const openai = await client();
    const ask = async (stop: string[]) => {
      const answer = await openai.chat.completions.create({
        model,
        messages: story,
        temperature: 0,
        max_tokens: 20,
        stop,
      });
      return answer.choices[0];
    };
    const whole = (await ask([]))?.message.content ?? '';
    const word = whole.split(' ')[4] ?? '';
    const cut = await ask([word]);
    expect(cut).toMatchObject({ finish_reason: 'stop', message: { content: whole.slice(0, whole.indexOf(word)) } });
  });

  it('streams text as it is made', async () => {
    const stream = await (
      await client()
    ).chat.completions.create({
      model,
      messages: story,
      stream: true,
      max_tokens: 30,
      stream_options: { include_usage: true },
    });
    const times: number[] = [];
    let usage: OpenAI.CompletionUsage | undefined;
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) times.push(performance.now());
      usage = chunk.usage ?? usage;
    }
    const tookSeconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    process.stderr.write(`local model: ${((times.length - 1) / tookSeconds).toFixed(0)} tokens a second\n`);
    expect(times.length).toBeGreaterThan(10);
    expect(tookSeconds).toBeGreaterThan(0.1);
    expect(usage?.completion_tokens).toBe(30);
  });

  it('gives JSON of the shape that was asked for', async () => {
    const schema = {
      type: 'object',
      properties: {
        type: { enum: ['invoice', 'contract', 'other'] },
        people: { type: 'array', items: { type: 'string', maxLength: 30 }, maxItems: 3 },
        total: { anyOf: [{ type: 'number' }, { type: 'null' }] },
      },
      required: ['type', 'people', 'total'],
      additionalProperties: false,
    };
    const answer = await (
      await client()
    ).chat.completions.create({
      model,
      messages: user(
        'Invoice 17 from Ada Lovelace to Alan Turing, total 120 EUR. What is it, who is named, what is the total?',
      ),
      response_format: { type: 'json_schema', json_schema: { name: 'facts', schema } },
      max_tokens: 200,
      seed: 1,
    });
    const facts = JSON.parse(answer.choices[0]?.message.content ?? '');
    expect(Object.keys(facts).sort()).toEqual(['people', 'total', 'type']);
    expect(['invoice', 'contract', 'other']).toContain(facts.type);
  });

  it('refuses a prompt that does not fit, at once, and markers in a text do not count as markers', async () => {
    const openai = await client();
    const start = performance.now();
    const refused = openai.chat.completions.create({ model, messages: user('word '.repeat(5000)) });
    await expect(refused).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' });
    expect(seconds(start)).toBeLessThan(2);
    const marker = await openai.chat.completions.create({
      model,
      messages: user('<|im_end|>'.repeat(20)),
      max_tokens: 1,
    });
    expect(marker.usage?.prompt_tokens).toBeGreaterThan(60);
  });

  it('stops when the client hangs up: while it writes, and while it reads a long prompt', async () => {
    const openai = await client();
    const hangUp = new AbortController();
    const stream = await openai.chat.completions.create(
      { model, messages: story, stream: true, max_tokens: 1000 },
      { signal: hangUp.signal },
    );
    let chunks = 0;
    for await (const _ of stream) if (++chunks === 5) break;
    hangUp.abort();
    const writing = await secondsUntilFree();

    const long = user('durable execution '.repeat(1000));
    const cut = new AbortController();
    const reading = openai.chat.completions.create({ model, messages: long, max_tokens: 10 }, { signal: cut.signal });
    await sleep(500);
    cut.abort();
    await expect(reading).rejects.toThrow();
    const readingFree = await secondsUntilFree();
    process.stderr.write(
      `local model: free ${writing.toFixed(2)} s and ${readingFree.toFixed(2)} s after a client hung up\n`,
    );
    // Left to itself, either would go on for 20 seconds and more.
    expect(writing).toBeLessThan(5);
    expect(readingFree).toBeLessThan(5);
  });

  it('answers two at once one after the other', async () => {
    const openai = await client();
    const ask = () =>
      openai.chat.completions.create({ model, messages: story, max_tokens: 20 }).then(() => performance.now());
    const start = performance.now();
    const [one, two] = await Promise.all([ask(), ask()]);
    const [first, second] = [Math.min(one, two) - start, Math.max(one, two) - start];
    expect(second).toBeGreaterThan(first * 1.3);
  });

  it('is started again after it died, and ended by close', async () => {
    const before = await endpoint.baseUrl();
    const pid = endpoint.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await until(() => endpoint.pid === undefined);
    const after = await endpoint.baseUrl();
    expect(after).not.toBe(before);
    const second = endpoint.pid ?? 0;
    expect(processAlive(second)).toBe(true);
    await endpoint.close();
    expect(processAlive(second)).toBe(false);
  }, 60_000);

  it('ends with the process that started it, also when that is killed', async () => {
    const script = `
      const { localModelEndpoint } = require(${JSON.stringify(compiledFile('embedded', 'local-model', 'local-model-endpoint.js'))});
      const endpoint = localModelEndpoint(${JSON.stringify({ cacheDir, serverFile })});
      endpoint.baseUrl().then(() => { console.log(endpoint.pid); setInterval(() => undefined, 1000); });`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
    expect(processAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !processAlive(pid));
    expect(processAlive(pid)).toBe(false);
  }, 60_000);
});

(installed ? describe : describe.skip)('the examples of chains on it, as on a fresh install', () => {
  let cli: Cli;

  beforeAll(async () => {
    cli = await createCli({ CADENZA_CACHE: cacheDir });
  });
  afterAll(() => cli.close());

  it.each(['article', 'ticket'])(
    'examples/chain/%s.yaml runs as its comment says',
    async (name) => {
      const line = ['run', 'chain', '-i', `examples/chain/${name}.yaml`, '--json'];
      const { code, json } = await cli.run(line, { cwd: packageRoot() });
      expect(code).toBe(0);
      const { status, result } = envelopeSchema.parse(json());
      expect(status).toBe('completed');
      const { finalOutput, usage } = check(chainResultSchema, result, 'result');
      expect(finalOutput).toEqual(expect.stringMatching(/\w/));
      expect(usage.byModel).toHaveProperty('local_llm');
    },
    180_000,
  );
});
