import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MODEL_TASKS } from '../../../src/contracts/names';
import { describeRegistry } from '../../../src/gateway/describe-registry';
import { modelByName, modelForTask } from '../../../src/core/pick-model';
import { pinsOf } from '../../../src/gateway/pins';
import { loadRegistry } from '../../../src/gateway/registry';
import { refusalOf, SECRET_KEY } from './helpers';

/** Section 3 of the design, word for word. */
const DESIGN = `
providers:
  openai: { type: openai, baseUrl: https://api.openai.com/v1, apiKeyEnv: OPENAI_API_KEY, requestsPerMinute: 500, tokensPerMinute: 200000 }
  ollama: { type: openai, baseUrl: http://127.0.0.1:11434/v1 }
models:
  gpt4:            { provider: openai, model: gpt-4.1, price: { input: 2.00, output: 8.00 }, fallback: [local_llm] }   # USD per million tokens
  gpt35_turbo:     { provider: openai, model: gpt-4.1-mini, price: { input: 0.40, output: 1.60 } }
  ada_embedding:   { provider: openai, model: text-embedding-3-small, price: { input: 0.02, output: 0 } }
  fast_classifier: { provider: builtin, model: classifier }
  sentiment_model: { provider: builtin, model: sentiment }
  local_llm:       { provider: local, model: smollm2-135m-instruct }
tasks: { classification: fast_classifier, generation: gpt4, embedding: ada_embedding, summarization: gpt35_turbo, translation: gpt4, sentiment: sentiment_model, extraction: gpt4, default: gpt4 }
`;
const environment = {};
const load = (text: string) => loadRegistry({ text, environment });
const pins = (text: string) => pinsOf(load(text).config);
const model = (line: string) => `models: { a: { provider: builtin, model: classifier }, b: { ${line} } }`;

describe('a registry', () => {
  test('of the design is accepted, and pins names, provider ids and prices, but no endpoint and no key', () => {
    const pinned = pins(DESIGN);
    expect(pinned.models['gpt4']).toEqual({
      name: 'gpt4',
      provider: 'openai',
      model: 'gpt-4.1',
      price: { input: 2, output: 8 },
      fallback: ['local_llm'],
    });
    expect(JSON.stringify(pinned)).not.toMatch(/http|OPENAI/);
  });

  test('pins what a model can do', () => {
    const { models } = pins(model('provider: builtin, model: classifier, contextTokens: 500, capabilities: [vision]'));
    expect(models['b']).toMatchObject({ contextTokens: 500, capabilities: ['vision'] });
    expect(models['a']).not.toHaveProperty('capabilities');
  });

  test('that ships serves tasks without a key: documents by built-in models, texts by the local one, and says that embeddings are missing', () => {
    const registry = loadRegistry({ environment });
    const shipped = pinsOf(registry.config);
    const byTask = Object.fromEntries(MODEL_TASKS.map((task) => [task, modelForTask(shipped, task).name]));
    expect(byTask).toEqual({
      classification: 'fast_classifier',
      sentiment: 'sentiment_model',
      extraction: 'entity_finder',
      summarization: 'summarizer',
      generation: 'local_llm',
      translation: 'local_llm',
      embedding: 'local_llm',
    });
    const described = describeRegistry({ registry, environment });
    expect(described.missingTasks).toEqual(['embedding']);
    expect(described.models.find(({ name }) => name === 'local_llm')?.tasks).toEqual(['generation', 'translation']);
    expect(described.models.every(({ ready }) => ready)).toBe(true);
  });

  test('comes from the file, else from CADENZA_MODELS, else from the product', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'registry-'));
    const file = (name: string) => {
      writeFileSync(path.join(folder, name), `models: { ${name}: { provider: builtin, model: classifier } }`);
      return path.join(folder, name);
    };
    const [mine, byVariable] = [file('mine'), file('byVariable')];
    const names = (given: Parameters<typeof loadRegistry>[0]) => Object.keys(loadRegistry(given).config.models);
    expect(names({ file: mine, environment: { CADENZA_MODELS: byVariable } })).toEqual(['mine']);
    expect(names({ environment: { CADENZA_MODELS: byVariable } })).toEqual(['byVariable']);
    expect(names({ environment: { CADENZA_MODELS: ' ' } })).toContain('fast_classifier');
  });

  test('gives built-in and local models the price 0, so that a budget in USD can hold them, and others none', () => {
    const { models } = pins(DESIGN.replace(', price: { input: 0.40, output: 1.60 }', ''));
    expect(models['fast_classifier']?.price).toEqual({ input: 0, output: 0 });
    expect(models['local_llm']?.price).toEqual({ input: 0, output: 0 });
    expect(models['gpt35_turbo']).not.toHaveProperty('price');
  });
});

describe('a wrong registry', () => {
  test.each([
    ['a misspelt provider', model('provider: builtn, model: x'), 'models.b.provider', 'did you mean "builtin"?'],
    ['a provider without a line', model('provider: openai, model: x'), 'models.b.provider', 'known: builtin, local'],
    ['an unknown fallback', model('provider: local, model: x, fallback: [a, c]'), 'models.b.fallback[1]', '"c"'],
    ['a fallback to itself', model('provider: local, model: x, fallback: [b]'), 'models.b.fallback[0]', 'itself'],
    [
      'a task with an unknown model',
      `${model('provider: local, model: x')}\ntasks: { default: z }`,
      'tasks.default',
      '"z"',
    ],
    ['an unknown task', `${model('provider: local, model: x')}\ntasks: { translate: a }`, 'tasks', '"translation"'],
    [
      'a line for builtin',
      'providers: { builtin: { type: openai, baseUrl: "http://x/v1" } }\nmodels: {}',
      'providers.builtin',
      'models that ship',
    ],
    [
      'a misspelt field',
      model('provider: local, model: x, contextToken: 5'),
      'models.b',
      'did you mean "contextTokens"?',
    ],
    [
      'a price that is negative',
      model('provider: local, model: x, price: { input: -1, output: 0 }'),
      'models.b.price.input',
      'at least 0',
    ],
    [
      'a password in the address',
      'providers: { p: { type: openai, baseUrl: "https://me:sk-SECRETKEY1@x/v1" } }\nmodels: {}',
      'providers.p.baseUrl',
      'apiKeyEnv',
    ],
    [
      'a key in place of its variable',
      `providers: { p: { type: openai, baseUrl: "https://x/v1", apiKeyEnv: ${SECRET_KEY} } }\nmodels: {}`,
      'providers.p.apiKeyEnv',
      'environment variable',
    ],
    [
      'an address that is none',
      'providers: { p: { type: openai, baseUrl: "me:SECRETKEY@x" } }\nmodels: {}',
      'providers.p.baseUrl',
      'baseUrl',
    ],
    ['an empty file', '', undefined, 'expected object, got null'],
  ])('with %s is refused with its field and what is allowed', async (_case, text, field, message) => {
    const refused = await refusalOf(() => load(text));
    expect(refused).toMatchObject({ type: 'ConfigurationInvalid', retryable: false });
    expect(refused.field).toBe(field);
    expect(refused.message).toContain(message);
  });

  test.each([
    ['a syntax error', 'models:\n  a: { provider: builtin\n  b: ]', /^the given models: line [23]: /],
    [
      'the same name twice',
      'models:\n  a: { provider: builtin, model: x }\n  a: { provider: local, model: x }',
      /line 3/,
    ],
    ['a bad line that holds a key', `models:\n  a: {\n  key: ${SECRET_KEY}]`, /line 3/],
    ['an alias without an anchor', 'models: *nothing', /alias/],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e'].map((name, index) => `${name}: &${name} [${`*${'abcd'[index]},`.repeat(9)}]`).join('\n')}`,
      /alias/,
    ],
  ])('with %s is refused with its line', async (_case, text, message) => {
    const refused = await refusalOf(() => load(text));
    expect(refused.type).toBe('ConfigurationInvalid');
    expect(refused.message).toMatch(message);
  });

  test('names the file that is not there, and the line of one that is', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'registry-'));
    const file = path.join(folder, 'models.yaml');
    const missing = await refusalOf(() => loadRegistry({ file, environment }));
    expect(missing).toMatchObject({ type: 'ConfigurationInvalid', message: `models file ${file}: no such file` });
    expect((await refusalOf(() => loadRegistry({ file: folder, environment }))).message).toContain('is a directory');
    writeFileSync(file, 'models:\n  a: "x');
    expect((await refusalOf(() => loadRegistry({ file, environment }))).message).toMatch(`${file}: line 2`);
  });
});

describe('looking up', () => {
  const known = pins(DESIGN);

  test('a task without a line goes to default', () => {
    expect(modelForTask(pins(`${model('provider: local, model: x')}\ntasks: { default: b }`), 'translation').name).toBe(
      'b',
    );
  });

  test('an unknown task lists the known ones', async () => {
    const refused = await refusalOf(() => modelForTask(known, 'classificaton'));
    expect(refused).toMatchObject({ type: 'UnknownTask' });
    expect(refused.message).toContain('did you mean "classification"?');
  });

  test('a task that no model serves is named', async () => {
    const refused = await refusalOf(() => modelForTask(pins(model('provider: local, model: x')), 'translation'));
    expect(refused.type).toBe('ConfigurationInvalid');
    expect(refused.message).toContain('no model serves the task "translation"');
  });

  test.each(['gpt-4', 'constructor', '__proto__', 'x'.repeat(500)])(
    'an unknown model %.20s is refused',
    async (name) => {
      const refused = await refusalOf(() => modelByName(known, name));
      expect(refused.type).toBe('UnknownModel');
      expect(refused.message).toMatch(/gpt4/);
      expect(refused.message.length).toBeLessThan(300);
    },
  );
});

describe('the list of models', () => {
  const registry = load(DESIGN);

  test('says which tasks each serves and why one is not ready', () => {
    const { models } = describeRegistry({ registry, environment, localInstalled: false });
    expect(models.find(({ name }) => name === 'gpt4')).toEqual({
      name: 'gpt4',
      provider: 'openai',
      model: 'gpt-4.1',
      price: { input: 2, output: 8 },
      tasks: ['generation', 'translation', 'extraction'],
      ready: false,
      reason: 'OPENAI_API_KEY is not set',
    });
    expect(models.find(({ name }) => name === 'local_llm')).toMatchObject({
      ready: false,
      reason: 'not installed: run `cadenza models install local`',
    });
    expect(models.find(({ name }) => name === 'fast_classifier')).toMatchObject({ ready: true });
  });

  test('never shows a key, not even one written in place of its variable', () => {
    const set = describeRegistry({ registry, environment: { OPENAI_API_KEY: SECRET_KEY } });
    expect(set.models.every(({ ready }) => ready)).toBe(true);
    expect(JSON.stringify(set)).not.toContain('SECRETKEY');
    const misused = load(DESIGN.replace('OPENAI_API_KEY', 'gsk_SECRETKEY'));
    expect(JSON.stringify(describeRegistry({ registry: misused, environment }))).not.toContain('SECRETKEY');
  });

  test('names the tasks that nobody serves', () => {
    const partial = load(`${model('provider: local, model: x')}\ntasks: { generation: b }`);
    expect(describeRegistry({ registry: partial, environment }).missingTasks).toEqual(
      MODEL_TASKS.filter((task) => task !== 'generation'),
    );
  });
});
