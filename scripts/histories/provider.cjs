const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { parse } = require('yaml');

const root = path.resolve(__dirname, '..', '..');

/** What a tree of the recorder is told: two thoughts below each, one of them good; a branch that ends in b2 fails. */
function thoughtsFor(prompt) {
  const [kind, ...path] = prompt.trim().split('\n');
  const last = path.at(-1) ?? '';
  if (kind === 'generate') return `1. ${last}a${path.length}\n2. ${last}b${path.length}\n3. ${last}a${path.length}`;
  if (kind === 'evaluate') return last.includes('b') ? 'Score: 0.4' : `Score: 0.${9 - path.length}`;
  if (kind === 'vote') return 'The best choice is 2';
  if (kind === 'goal') return last.length > 4 ? 'yes' : 'no';
  return kind === 'answer' ? `the answer ${last}` : undefined;
}

/** A provider that says little, always the same: `slow-model` never answers, `broken-model` refuses every key. */
function startProvider() {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      const { model, input, messages, response_format: format } = JSON.parse(text);
      if (model === 'slow-model') return;
      response.writeHead(model === 'broken-model' ? 401 : 200, { 'content-type': 'application/json' });
      if (model === 'broken-model') return response.end(JSON.stringify({ error: { message: 'bad key' } }));
      const usage = { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 };
      if (input !== undefined) {
        const embedding = [input.length, 1, 0];
        return response.end(JSON.stringify({ model, data: [{ index: 0, embedding }], usage }));
      }
      const [label] = format?.json_schema?.schema.properties?.prediction?.enum ?? [];
      const plain = thoughtsFor(messages.at(-1).content) ?? `${model} says correct, pears [[A]]`;
      const content = label ? JSON.stringify({ prediction: label, score: 0.9 }) : plain;
      const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
      response.end(JSON.stringify({ id: 'r', object: 'chat.completion', created: 0, model, choices, usage }));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** The models that ship, four of that provider, and one of the same that is asked in turns, for its limits. */
function registryAt(port) {
  const registry = parse(readFileSync(path.join(root, 'models.yaml'), 'utf8'));
  const recorded = { type: 'openai', baseUrl: `http://127.0.0.1:${port}/v1` };
  registry.providers = { recorded, limited: { ...recorded, requestsPerMinute: 6000, maxConcurrent: 10 } };
  const price = { input: 2, output: 8 };
  for (const name of ['gpt', 'other', 'slow', 'broken']) {
    registry.models[name] = { provider: 'recorded', model: `${name}-model`, price };
  }
  registry.models.queued = { provider: 'limited', model: 'queued-model', price };
  Object.assign(registry.tasks, { embedding: 'gpt', default: 'gpt' });
  registry.budgets = [{ label: 'team', window: 'day', usd: 0.1, calls: 50 }];
  return registry;
}

module.exports = { startProvider, registryAt };
