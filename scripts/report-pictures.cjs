// Makes the pictures of reports in docs/images: real runs on a real server, with the built-in models and a small
// provider of this script's own, seen by a real Chromium (CHROMIUM, or `chromium` on the path) and made small by
// pngquant. `npm run docs:pictures`; `-- --look FOLDER` leaves each page there instead, as HTML and as pictures in light
// and dark, wide and narrow. `-- --only ensemble` makes one of them.
const { execFileSync } = require('node:child_process');
const { createServer } = require('node:http');
const { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { chromium } = require('playwright-core');
const { parse, stringify } = require('yaml');
const { readEnvironment } = require('../lib/config/environment.js');
const { connectCadenza } = require('../lib/client.js');
const { anyFreePort } = require('../lib/embedded/free-port.js');
const { ensureTemporalServer, stopTemporalServer } = require('../lib/embedded/temporal-server.js');
const { compareRuns } = require('../lib/report/compare/compare-runs.js');
const { renderComparison } = require('../lib/report/compare/render-comparison.js');
const { gatherReport, gatherWithInside } = require('../lib/report/gather-report.js');
const { renderReportFile } = require('../lib/report/render-report.js');
const { createWorker } = require('../lib/worker.js');

const root = path.resolve(__dirname, '..');
const images = path.join(root, 'docs', 'images');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const { values: given } = parseArgs({ options: { look: { type: 'string' }, only: { type: 'string' } } });
const example = (file) => parse(readFileSync(path.join(root, 'examples', file), 'utf8'));
const LETTER =
  'Dear Sir or Madam, the chair that I bought in your shop on Saturday broke on Monday, and my mother fell. She is well, but please send somebody before there is an accident. Beatrice Holloway';

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

function writeRegistry(file, port, gamePort) {
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
  writeFileSync(file, stringify(registry));
}

const labels = ['complaint', 'order', 'question', 'praise'];

/** A run for each picture: its pattern, input, and what is done besides. */
const RUNS = {
  ensemble: {
    pattern: 'ensemble',
    input: {
      task: 'classification',
      input: { text: LETTER, labels },
      members: [
        { model: 'large', weight: 2 },
        'mid',
        { model: 'small', samples: 3 },
        'fast_classifier',
        {
          pattern: 'cascade',
          config: {
            task: 'classification',
            mode: 'escalate',
            stages: [{ model: 'small', accept: { score: 0.7 } }, { model: 'mid' }],
          },
        },
        'large',
      ],
      aggregation: 'weighted_vote',
      stop: { quorum: 5 },
      budget: { usd: 0.5 },
    },
  },
  cascade: {
    pattern: 'cascade',
    input: {
      task: 'classification',
      input: { text: LETTER, labels },
      stages: [
        { model: 'small', accept: { score: 0.7 } },
        { model: 'mid', accept: { score: 0.8 } },
        { model: 'large' },
      ],
    },
  },
  chain: {
    pattern: 'chain',
    input: {
      initialPrompt: 'durable execution for calls of language models',
      steps: [
        { name: 'outline', promptTemplate: 'Outline an article on {initial_input}', model: 'large' },
        { name: 'titles', promptTemplate: 'Three titles for:\n{outline}', model: 'mid', outputParser: 'lines' },
        {
          name: 'opening',
          promptTemplate: 'Write the opening of the article "{titles}" after this outline:\n{outline}',
          model: 'large',
        },
      ],
    },
  },
  'route-to-model': {
    pattern: 'routeToModel',
    input: {
      task: 'generation',
      input: LETTER,
      selector: {
        semantic: {
          routes: [
            {
              name: 'complaints',
              model: 'large',
              examples: ['It broke after a day.', 'I want a refund.'],
              threshold: 0.6,
            },
            { name: 'questions', model: 'small', examples: ['When do you open?', 'Where is the shop?'] },
          ],
          threshold: 0.5,
        },
      },
      needs: { contextTokens: 2000 },
    },
  },
  pipeline: {
    pattern: 'pipeline',
    input: {
      steps: [
        { name: 'text', handler: 'extract_text', inputs: { document: 'input' } },
        { name: 'kind', handler: 'classify', inputs: { text: 'text.text' } },
        { name: 'names', handler: 'extract_entities', inputs: { text: 'text.text' } },
        { name: 'summary', handler: 'generate_summary', inputs: { text: 'text.text', documentType: 'kind.type' } },
        {
          name: 'opinion',
          pattern: 'ensemble',
          config: { task: 'classification', members: ['large', 'mid', 'small'] },
          inputs: { input: { value: { text: LETTER, labels } } },
          dependsOn: ['text'],
        },
        {
          name: 'reply',
          pattern: 'chain',
          config: { steps: [{ name: 'draft', promptTemplate: 'Draft an answer to: {initial_input}', model: 'large' }] },
          inputs: { initialPrompt: 'summary.text' },
          condition: "kind.type != 'contract'",
        },
        { name: 'refund', handler: 'classify', inputs: { text: 'text.text' }, condition: "kind.type = 'contract'" },
        {
          name: 'check',
          handler: 'validate',
          inputs: { entities: 'names.result', summary: 'summary.text', text: 'text.text' },
        },
      ],
      output: { type: 'kind.type', summary: 'summary.text', opinion: 'opinion', reply: 'reply' },
      failFast: false,
      input: { file: path.join(root, 'examples', 'documents', 'invoice.pdf') },
    },
  },
  'tree-of-thought': {
    pattern: 'treeOfThought',
    input: {
      ...example('game-of-24/tree.yaml'),
      generate: { ...example('game-of-24/tree.yaml').generate, model: 'simulated_24' },
      evaluate: { ...example('game-of-24/tree.yaml').evaluate, model: 'simulated_24' },
      answer: { ...example('game-of-24/tree.yaml').answer, model: 'simulated_24' },
    },
  },
  batch: {
    pattern: 'batch',
    input: {
      pattern: 'routeToModel',
      config: { task: 'sentiment' },
      items: readFileSync(path.join(root, 'examples', 'batch', 'mail.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    },
  },
  'event-router': {
    pattern: 'eventRouter',
    input: example('events/router.yaml'),
    goesOn: true,
    async during(cadenza, id) {
      const document = await cadenza.storeDocument(path.join(root, 'examples', 'documents', 'invoice.pdf'));
      const text = await cadenza.storeDocument(path.join(root, 'examples', 'documents', 'email.txt'));
      await cadenza.emit(id, [
        { type: 'document.uploaded', source: '/shop', data: { document } },
        { type: 'document.uploaded', source: '/shop', data: { document: text } },
        { type: 'document.uploaded', source: '/shop', data: { document: 'nothing' } },
        { type: 'parcel.sent', source: '/shop', data: { number: 7 } },
      ]);
      const run = await cadenza.find(id);
      for (;;) {
        const { events } = await run.progress();
        if (events && events.backlog + events.running === 0 && events.handled >= 10) return;
        await sleep(300);
      }
    },
  },
  running: {
    pattern: 'pipeline',
    input: {
      ...example('pipeline/order.yaml'),
      input: { file: path.join(root, 'examples', 'documents', 'invoice.pdf') },
    },
    goesOn: true,
    during: () => sleep(9000),
  },
};

async function pagesOf(cadenza, temporal) {
  const pages = {};
  const wanted = Object.entries(RUNS).filter(([name]) => !given.only || given.only === name);
  await Promise.all(
    wanted.map(async ([name, { pattern, input, during, goesOn }]) => {
      const run = await cadenza.start(pattern, input, { id: `${name}-of-the-docs` });
      await during?.(cadenza, run.workflowId);
      if (!goesOn) {
        const { status, error } = await run.outcome();
        if (status !== 'completed') console.error(name, status, error);
      }
      pages[name] = renderReportFile(await gatherWithInside(cadenza, run.workflowId), { temporal, at: new Date() });
    }),
  );
  if (!given.only || given.only === 'compare') {
    const steps = [
      { name: 'kind', handler: 'classify', inputs: { text: 'input' } },
      { name: 'draft', handler: 'generation', inputs: { text: 'input' }, config: { model: 'large' } },
    ];
    const first = await cadenza.start('pipeline', { steps, input: `Draft an answer: ${LETTER}` }, { id: 'first-try' });
    await first.outcome();
    const second = await cadenza.rerun('first-try', { from: 'draft', model: 'mid', id: 'second-try' });
    await second.outcome();
    const models = [await gatherReport(cadenza, 'first-try'), await gatherReport(cadenza, 'second-try')];
    pages.compare = renderComparison(compareRuns(...models), new Date());
  }
  return pages;
}

const LOOKS = { light: ['light', 1180], dark: ['dark', 1180], narrow: ['light', 400], 'narrow-dark': ['dark', 400] };

async function look(pages, folder) {
  mkdirSync(folder, { recursive: true });
  const executablePath = process.env.CHROMIUM ?? execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const [name, { markup }] of Object.entries(pages)) {
    const file = path.join(folder, `${name}.html`);
    writeFileSync(file, markup);
    for (const [kind, [colorScheme, width]] of Object.entries(given.look ? LOOKS : { docs: LOOKS.light })) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 1000 } });
      await page.goto(`file://${file}`);
      const picture = path.join(folder, given.look ? `${name}-${kind}.png` : `${name}.png`);
      const whole = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.screenshot({
        path: picture,
        clip: { x: 0, y: 0, width, height: Math.min(whole, given.look ? 2600 : 1350) },
        fullPage: true,
      });
      await page.close();
      if (!given.look) {
        execFileSync('pngquant', ['--force', '--strip', '--speed', '1', '--output', picture, '48', picture]);
        console.log(`${name}: ${Math.round(statSync(picture).size / 1000)} kB`);
      }
    }
    if (!given.look) rmSync(file);
  }
  await browser.close();
}

async function main() {
  const home = mkdtempSync(path.join(tmpdir(), 'cadenza-pictures-'));
  const server = await ensureTemporalServer({
    home,
    cacheDir: readEnvironment().cache,
    port: await anyFreePort(),
    uiPort: await anyFreePort(),
    detached: true,
    say: console.error,
  });
  const provider = await startProvider();
  const gamePort = await anyFreePort();
  const { spawn } = require('node:child_process');
  const game = spawn(
    process.execPath,
    [path.join(root, 'examples/game-of-24/simulated-model.mjs'), '--port', String(gamePort), '--delay', '60'],
    { stdio: 'ignore' },
  );
  const registry = path.join(home, 'models.yaml');
  writeRegistry(registry, provider.address().port, gamePort);
  const environment = readEnvironment({
    CADENZA_HOME: home,
    CADENZA_MODELS: registry,
    TEMPORAL_ADDRESS: server.address,
  });
  const worker = await createWorker({ environment });
  const served = worker.run();
  const cadenza = await connectCadenza({ environment });
  try {
    const pages = await pagesOf(
      cadenza,
      ({ workflowId, runId }) =>
        `http://localhost:8233/namespaces/default/workflows/${encodeURIComponent(workflowId)}/${runId}`,
    );
    await look(pages, given.look ?? images);
  } finally {
    await cadenza.close();
    worker.shutdown();
    await served;
    game.kill();
    provider.closeAllConnections();
    provider.close();
    await stopTemporalServer(home);
    rmSync(home, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
