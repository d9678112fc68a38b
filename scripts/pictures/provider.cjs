const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const path = require('node:path');
const { parse } = require('yaml');

const root = path.resolve(__dirname, '..', '..');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What each model says: [pattern of the prompt, answers by model]. */
function answerOf(model, prompt, schema, sample) {
  const label = schema?.properties?.prediction;
  if (label) {
    const said = {
      large: ['complaint', 0.96],
      mid: ['complaint', 0.81],
      small: [sample % 2 ? 'question' : 'complaint', 0.55],
    };
    const [prediction, score] = said[model] ?? ['complaint', 0.9];
    return JSON.stringify({ prediction: label.enum?.includes(prediction) ? prediction : label.enum?.[0], score });
  }
  if (prompt.startsWith('Outline'))
    return '1. Why work has to survive a crash\n2. What a journal of answers is\n3. What it costs, and what it saves';
  if (prompt.startsWith('Three titles'))
    return 'Paid once\nThe answer is in the journal\nWork that outlives its machine';
  if (prompt.startsWith('Write the opening')) {
    return 'A machine dies in the middle of a thought. The thought does not have to. What was answered stands in a journal on disk, and whoever goes on reads it there: no question is asked, or paid, a second time.';
  }
  if (prompt.startsWith('Draft'))
    return model === 'large'
      ? 'Dear Ms Holloway, we are sorry that the chair broke and glad that your mother is well. A colleague will call today to replace it.'
      : 'Dear customer, we are sorry about the chair. Somebody will call you soon to replace it.';
  return 'Thank you. We will look into it at once.';
}

const DELAYS = { large: 620, mid: 340, small: 140 };

/** A provider whose models say always the same, each in its own time. */
function startProvider() {
  const failing = new Set();
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', async () => {
      const { model, messages = [], input, response_format: format, seed = 0 } = JSON.parse(text);
      const prompt = messages.at(-1)?.content ?? '';
      await sleep(DELAYS[model] ?? 80);
      const headers = { 'content-type': 'application/json' };
      // The first request for a draft finds the provider busy.
      if (prompt.startsWith('Draft') && !failing.has(model)) {
        failing.add(model);
        return response.writeHead(503, headers).end(JSON.stringify({ error: { message: 'overloaded' } }));
      }
      response.writeHead(200, headers);
      const content = answerOf(model, prompt, format?.json_schema?.schema, seed);
      const usage = { prompt_tokens: Math.ceil(text.length / 5), completion_tokens: Math.ceil(content.length / 4) };
      if (input !== undefined) {
        const embedding = /broke|broken|refund|accident/.test(input) ? [1, 0.2, 0.1] : [0.1, 1, 0.3];
        return response.end(JSON.stringify({ model, data: [{ index: 0, embedding }], usage }));
      }
      const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
      response.end(JSON.stringify({ id: 'r', object: 'chat.completion', created: 0, model, choices, usage }));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** The models that ship, those of the provider, and the simulated one of the Game of 24. */
function registryAt(port, gamePort) {
  const registry = parse(readFileSync(path.join(root, 'models.yaml'), 'utf8'));
  registry.providers = {
    shown: { type: 'openai', baseUrl: `http://127.0.0.1:${port}/v1` },
    simulated: { type: 'openai', baseUrl: `http://127.0.0.1:${gamePort}/v1`, samplesPerRequest: 20 },
  };
  const price = { large: [10, 30], mid: [2, 8], small: [0.2, 0.8] };
  for (const [name, [input, output]] of Object.entries(price)) {
    registry.models[name] = { provider: 'shown', model: name, price: { input, output } };
  }
  registry.models.simulated_24 = { provider: 'simulated', model: 'gpt-4', price: { input: 30, output: 60 } };
  registry.models.embedder = { provider: 'shown', model: 'embedder', price: { input: 0.02, output: 0 } };
  registry.tasks.embedding = 'embedder';
  return registry;
}

module.exports = { startProvider, registryAt };
