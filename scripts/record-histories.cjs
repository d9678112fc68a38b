// Records the histories that test/replay replays: real runs on a real server, with the
// built-in models and a small provider of this script's own.
// `npm run history:record` adds what is missing; `-- --all` records anew (only when a workflow type is new or was
// never released: an old history is what guards runs in flight).
const { createServer } = require('node:http');
const { mkdtempSync, existsSync, mkdirSync, readFileSync, writeFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { parse, stringify } = require('yaml');
const { historyToJSON } = require('@temporalio/common/lib/proto-utils');
const { readEnvironment } = require('../lib/config/environment.js');
const { connectCadenza } = require('../lib/client.js');
const { CadenzaError } = require('../lib/contracts/failures.js');
const { anyFreePort } = require('../lib/embedded/free-port.js');
const { ensureTemporalServer, stopTemporalServer } = require('../lib/embedded/temporal-server.js');
const { createWorker } = require('../lib/worker.js');

const root = path.resolve(__dirname, '..');
const folder = path.join(root, 'test', 'replay', 'histories');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let failuresLeft = 0;
const handlers = {
  never: () => false,
  echo: (inputs, config) => ({ ...config, ...inputs }),
  flaky: () => {
    failuresLeft -= 1;
    if (failuresLeft >= 0) throw new Error('not yet');
    return { ok: true };
  },
  permanent: () => {
    throw new CadenzaError('DocumentCorrupt', 'x.pdf is damaged');
  },
  patient: (_inputs, _config, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
};

const QUESTION = { task: 'generation', input: 'Pears or apples?' };

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

const TREE = {
  problem: 'P',
  generate: { promptTemplate: 'generate\n{path}' },
  evaluate: { promptTemplate: 'evaluate\n{path}' },
};

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

/** The models that ship, and four of that provider. */
function writeRegistry(file, port) {
  const registry = parse(readFileSync(path.join(root, 'models.yaml'), 'utf8'));
  registry.providers = { recorded: { type: 'openai', baseUrl: `http://127.0.0.1:${port}/v1` } };
  for (const name of ['gpt', 'other', 'slow', 'broken']) {
    registry.models[name] = { provider: 'recorded', model: `${name}-model`, price: { input: 2, output: 8 } };
  }
  Object.assign(registry.tasks, { embedding: 'gpt', default: 'gpt' });
  registry.budgets = [{ label: 'team', window: 'day', usd: 0.1, calls: 50 }];
  writeFileSync(file, stringify(registry));
}

const step = (name, handler, more = {}) => ({ name, handler, ...more });

/** Name (what the history guards), input, and what is done to the run while it goes. */
const RUNS = {
  'pipeline-document-analysis': {
    input: {
      definition: 'document_analysis',
      input: { file: path.join(root, 'examples', 'documents', 'contract.docx') },
    },
  },
  'pipeline-retry': { input: { steps: [step('a', 'flaky')] } },
  'pipeline-fail-fast': {
    input: {
      steps: [step('runs', 'patient'), step('bad', 'permanent'), step('later', 'echo', { dependsOn: ['runs'] })],
    },
  },
  'pipeline-continue-after-failure': {
    input: {
      failFast: false,
      steps: [
        step('bad', 'permanent'),
        step('child', 'echo', { dependsOn: ['bad'] }),
        step('always', 'echo', { dependsOn: ['bad'], trigger: 'all_done' }),
      ],
    },
  },
  'pipeline-max-parallel': { input: { maxParallel: 2, steps: [1, 2, 3, 4, 5].map((n) => step(`s${n}`, 'echo')) } },
  'pipeline-conditions-and-lists': {
    input: {
      input: { on: true, list: [{ n: 1 }, { n: 2 }, { n: 3 }] },
      steps: [
        step('yes', 'echo', { condition: 'input.on', config: { a: 1 }, transform: '{ "b": a + 1 }' }),
        step('no', 'echo', { condition: 'yes.b > 5' }),
        step('each', 'echo', { forEach: { items: 'input.list', maxParallel: 2 }, inputs: { n: 'item.n' } }),
        step('bad', 'permanent', { onFailure: { default: 0 } }),
        { name: 'pause', wait: { seconds: 1 } },
        { name: 'sub', pattern: 'pipeline', config: { steps: [step('x', 'echo')] }, inputs: { input: 'each[0]' } },
      ],
    },
  },
  'pipeline-approval-pause-retry': {
    input: {
      failFast: false,
      steps: [
        step('a', 'flaky', { retryCount: 1 }),
        { name: 'ok', approval: { message: 'Go on?', timeoutSeconds: 600 } },
        step('after', 'echo', { dependsOn: ['a', 'ok'] }),
      ],
    },
    during: async (run, update) => {
      await sleep(1_000);
      await update('pause');
      await update('retry', { step: 'a' });
      await update('resume');
      await update('approve', { step: 'ok', approved: true, by: 'recorder' });
    },
  },
  'pipeline-asked-budget': {
    input: {
      budget: { calls: 1, atCap: 'ask' },
      steps: [
        { name: 'one', pattern: 'routeToModel', config: { ...QUESTION, model: 'gpt' } },
        { name: 'two', pattern: 'routeToModel', config: { ...QUESTION, model: 'gpt' }, dependsOn: ['one'] },
      ],
    },
    during: async (run, update) => {
      while ((await run.status()) !== 'paused') await sleep(200);
      await update('approve', { budget: { calls: 5 }, approved: true, by: 'recorder' });
    },
  },
  'ensemble-asked-budget': {
    input: { ...QUESTION, budget: { calls: 1, atCap: 'ask' }, members: [{ model: 'gpt', samples: 3 }] },
    during: async (run, update) => {
      while ((await run.status()) !== 'paused') await sleep(200);
      await update('approve', { budget: {}, approved: false, by: 'recorder' });
    },
  },
  'pipeline-of-patterns': {
    input: {
      input: 'Pears or apples?',
      steps: [
        {
          name: 'vote',
          pattern: 'ensemble',
          config: { task: 'generation', members: [{ model: 'gpt', samples: 3 }] },
          inputs: { input: 'input' },
        },
        {
          name: 'say',
          pattern: 'routeToModel',
          config: { task: 'generation' },
          inputs: { input: 'vote' },
        },
      ],
    },
  },
  'ensemble-of-all-kinds': {
    input: {
      task: 'classification',
      input: { text: 'Invoice 7: amount due EUR 300', labels: ['invoice', 'contract', 'other'] },
      members: [
        'fast_classifier',
        { model: 'gpt', samples: 2, weight: 2 },
        { model: 'broken', timeoutSeconds: 60 },
        { pattern: 'cascade', config: { stages: [{ model: 'gpt', accept: { score: 0.99 } }, { model: 'other' }] } },
      ],
      aggregation: 'weighted_vote',
      stop: { deadlineSeconds: 60 },
    },
  },
  'ensemble-quorum': {
    input: { ...QUESTION, members: ['gpt', 'gpt', 'slow', 'slow'], stop: { quorum: 2 } },
  },
  'ensemble-adaptive': {
    input: {
      ...QUESTION,
      extract: { regex: '[a-z]+' },
      members: [{ model: 'gpt', samples: 20 }],
      stop: { adaptive: 0.95 },
    },
  },
  'ensemble-rank-and-fuse': {
    input: {
      ...QUESTION,
      members: ['gpt', 'other'],
      aggregation: 'rank_and_fuse',
      judge: { model: 'gpt' },
      fuse: { model: 'gpt' },
    },
  },
  'ensemble-mixture': {
    input: {
      ...QUESTION,
      members: ['gpt', 'other'],
      aggregation: 'mixture_of_agents',
      mixture: { aggregator: { model: 'gpt' }, layers: 3 },
    },
  },
  'ensemble-too-few': { input: { ...QUESTION, members: ['broken', 'gpt'], minVotes: 2 } },
  'ensemble-cancelled': {
    input: { ...QUESTION, members: ['gpt', 'slow'] },
    during: async (run) => {
      await sleep(1_500);
      await run.cancel();
    },
  },
  'cascade-escalate': {
    input: {
      ...QUESTION,
      stages: [
        { model: 'broken' },
        { model: 'gpt', accept: { when: "output.text = 'nobody says this'" } },
        { model: 'gpt', accept: { selfConsistency: { samples: 3, share: 1 } } },
        { model: 'other', accept: { verifier: { model: 'gpt', share: 0.5, samples: 2 } } },
        { model: 'gpt', accept: { schema: { type: 'object' } } },
      ],
      onAllRejected: 'best',
    },
  },
  'cascade-pipe': {
    input: {
      ...QUESTION,
      mode: 'pipe',
      stages: [
        { model: 'gpt', transform: 'text & "!"' },
        { model: 'other', transform: { handler: 'echo' } },
        { model: 'gpt' },
      ],
    },
  },
  'cascade-all-rejected': {
    input: { ...QUESTION, stages: [{ model: 'gpt', accept: { schema: { type: 'object' } } }], onAllRejected: 'fail' },
  },
  'chain-of-all-kinds': {
    input: {
      initialPrompt: { topic: 'pears', text: 'pear '.repeat(3_000) },
      steps: [
        { name: 'first', promptTemplate: 'On {initial_input.topic}: {initial_input.text}', system: 'You write.' },
        { name: 'words', promptTemplate: '{first}', model: 'other', outputParser: { regex: '\\w+', group: 0 } },
        { name: 'left_out', promptTemplate: 'x', condition: "words = 'nobody says this'" },
        {
          name: 'again',
          promptTemplate: '{words} {again?} {left_out?}',
          outputParser: 'lines',
          gate: { condition: 'false', otherwise: { goBackTo: 'words', times: 2, afterwards: 'goOn' } },
        },
        { name: 'last', promptTemplate: '{again[0]}', outputParser: { jsonata: '$length(text)' } },
      ],
    },
  },
  'chain-stopped': {
    input: {
      initialPrompt: 'pears',
      steps: [
        { name: 'a', promptTemplate: 'x', gate: { condition: "a = 'nobody says this'", otherwise: 'stop' } },
        { name: 'b', promptTemplate: 'y' },
      ],
    },
  },
  'chain-compacted': {
    input: {
      initialPrompt: 'pear '.repeat(1_635),
      steps: Array.from({ length: 4 }, (_, n) => ({
        name: `s${n}`,
        promptTemplate: `${Array.from({ length: n }, (_none, m) => `{s${m}}`).join('')} next`,
      })),
    },
  },
  'chain-invalid-output': {
    input: {
      initialPrompt: 'pears',
      steps: [
        { name: 'a', promptTemplate: 'x' },
        { name: 'b', promptTemplate: 'y', outputParser: { schema: { type: 'object' } } },
      ],
    },
  },
  'chain-cancelled': {
    input: {
      initialPrompt: 'pears',
      steps: [
        { name: 'a', promptTemplate: 'x' },
        { name: 'b', promptTemplate: 'y', model: 'slow' },
      ],
    },
    during: async (run) => {
      await sleep(1_500);
      await run.cancel();
    },
  },
  'routeToModel-rules-and-fallback': {
    input: { ...QUESTION, selector: [{ when: "task = 'generation'", model: 'broken' }], fallback: ['broken', 'gpt'] },
  },
  'routeToModel-semantic': {
    input: {
      ...QUESTION,
      selector: {
        semantic: {
          routes: [
            { model: 'gpt', examples: ['fruit', 'pears'] },
            { model: 'other', examples: ['stone'] },
          ],
          threshold: -1,
        },
      },
    },
  },
  'routeToModel-classifier': {
    input: { ...QUESTION, selector: { classifier: { model: 'gpt', routes: { fruit: 'gpt', other: 'other' } } } },
  },
  'routeToModel-score': {
    input: {
      ...QUESTION,
      selector: { score: { strong: 'gpt', weak: 'other', threshold: 0.5, by: { model: 'gpt', label: 'hard' } } },
    },
  },
  'batch-of-ensembles': {
    input: {
      pattern: 'ensemble',
      config: { task: 'generation', members: ['gpt', 'other'] },
      items: [1, 2, 3, 4, 5].map((n) => ({ id: n, input: `Pears ${n}?`, ...(n > 2 ? { expected: 'pears' } : {}) })),
      maxParallel: 2,
    },
    during: async (run) => {
      await run.pause();
      await sleep(500);
      await run.resume();
    },
  },
  'batch-all-failed': {
    input: { pattern: 'routeToModel', config: { task: 'generation', model: 'broken' }, items: [{ input: 'a' }] },
  },
  'treeOfThought-beam': { input: { ...TREE, beamWidth: 2, depth: 3, isGoal: { handler: 'never' } } },
  'treeOfThought-sampled': {
    input: {
      ...TREE,
      generate: { ...TREE.generate, mode: 'sample' },
      evaluate: { ...TREE.evaluate, samples: 2 },
      select: 'sample',
      seed: 4,
      depth: 2,
      answer: { promptTemplate: 'answer\n{path}' },
      isGoal: { model: 'other', promptTemplate: 'goal\n{thought}' },
    },
  },
  'treeOfThought-vote-and-expression': {
    input: {
      ...TREE,
      evaluate: { mode: 'vote', promptTemplate: 'vote\n{candidates}' },
      depth: 2,
      isGoal: "$contains(thought, 'b1')",
    },
  },
  'treeOfThought-depth-first': { input: { ...TREE, search: 'dfs', maxStates: 5, maxChildren: 1 } },
  'treeOfThought-best-first': { input: { ...TREE, search: 'best-first', maxStates: 4 } },
  'treeOfThought-all-failed': { input: { ...TREE, generate: { ...TREE.generate, model: 'broken' } } },
  'treeOfThought-reference': {
    input: {
      ...parse(readFileSync(path.join(root, 'examples', 'game-of-24', 'tree.yaml'), 'utf8')),
      mode: 'reference',
      depth: 2,
    },
  },
  'treeOfThought-cancelled': {
    input: { ...TREE, evaluate: { ...TREE.evaluate, model: 'slow' } },
    during: async (run) => {
      await sleep(1_500);
      await run.cancel();
    },
  },
  'pipeline-cancelled': {
    input: { steps: [step('a', 'patient'), step('b', 'echo', { dependsOn: ['a'] })] },
    during: async (run) => {
      await sleep(1_500);
      await run.cancel();
    },
  },
};

/** The file that a campaign leaves, where that is not its own name. */
const MARKS = {
  'event-router': 'event-router-first-run',
  batch: 'batch-first-run',
  'tree-of-thought': 'tree-of-thought-first-run',
};

/** What is no run of one pipeline: recorded by hand, each under the names that it is called for. */
const CAMPAIGNS = {
  'pipeline-registered-definition': async ({ cadenza, save }) => {
    const inner = { name: 'inner', input: { type: 'object' }, steps: [step('say', 'echo', { config: { a: 1 } })] };
    await cadenza.definitions.define(inner);
    await cadenza.definitions.define({ ...inner, description: 'Says it again.' });
    const nested = { name: 'nested', pattern: 'pipeline', config: { definition: 'inner', input: {} } };
    const callbacks = { '*': [{ event: { router: 'nobody' } }, { webhook: { url: 'http://127.0.0.1:9/hook' } }] };
    await cadenza.definitions.define({ name: 'outer', steps: [nested, step('last', 'echo')], callbacks });
    const run = await cadenza.start('pipeline', { definition: 'outer' }, { id: 'pipeline-registered-definition' });
    await run.outcome();
    await save('pipeline-registered-definition');
    await save('pipeline-nested-definition', 'pipeline-registered-definition/nested');
    await save('definition-registry', 'cadenza-definition-inner');
  },
  'budget-ledger': async ({ cadenza, save }) => {
    const labels = { team: 'recorded' };
    for (let round = 0; round < 3; round += 1) {
      const run = await cadenza.start(
        'routeToModel',
        { ...QUESTION, model: 'gpt', labels },
        { id: `budgeted-${round}` },
      );
      await run.outcome();
      // So that the Worker returns what it has not drawn on, and leases anew.
      await sleep(11_000);
    }
    await save('budget-ledger', 'cadenza-budget-team=recorded/day');
  },
  batch: async ({ cadenza, save }) => {
    const items = Array.from({ length: 90 }, (_, n) => {
      const model = n === 0 || n > 80 ? 'slow' : n === 7 ? 'broken' : 'gpt';
      return { input: `Pears ${n}?`, model, expected: 'pears' };
    });
    const input = { pattern: 'routeToModel', config: { task: 'generation' }, items, maxParallel: 4 };
    const run = await cadenza.start('batch', input, { id: 'batch' });
    // The first item runs on over two continue-as-new; those at the end are of the last run.
    for (let running = 0; running < 4;) {
      await sleep(500);
      const { batch } = await run.progress();
      running = batch.completed + batch.failed >= 80 ? batch.running : 0;
    }
    // Its end is found by a run that did not start it.
    await cadenza.temporal.workflow.getHandle('batch/item-0').terminate();
    await sleep(2_000);
    await run.cancel();
    await run.outcome();
    await save('batch-first-run', 'batch', run.runId);
    await save('batch-continued', 'batch');
  },
  'tree-of-thought': async ({ cadenza, save }) => {
    const input = { ...TREE, search: 'dfs', depth: 40, maxStates: 40 };
    const run = await cadenza.start('treeOfThought', input, { id: 'tree-of-thought' });
    const { runId } = run;
    await run.outcome();
    await save('tree-of-thought-first-run', 'tree-of-thought', runId);
    await save('tree-of-thought-continued', 'tree-of-thought');
    await save('expand-thought', 'tree-of-thought/expand[0]');
  },
  'event-router': async ({ cadenza, save }) => {
    const run = await cadenza.start(
      'eventRouter',
      {
        subscriptions: [
          { name: 'first', on: 'a', handler: 'echo', inputs: { n: 'data.n' }, orderBy: 'data.key', emit: 'b' },
          {
            name: 'second',
            on: 'b',
            handler: 'echo',
            filter: 'data.n > 1',
            emit: { type: 'c', data: { m: 'result' } },
          },
          { name: 'bad', on: 'a', handler: 'permanent' },
          { name: 'after', on: '*.failed', handler: 'echo' },
          { name: 'long', on: 'long', handler: 'patient' },
        ],
        maxHops: 3,
      },
      { id: 'event-router' },
    );
    const { runId } = run;
    const router = cadenza.router('event-router');
    await cadenza.emit('event-router', { type: 'long' });
    for (let n = 0; n < 8; n += 1) {
      await cadenza.emit('event-router', [
        { type: 'a', id: `a${n}`, data: { n, key: n % 2, text: 'x'.repeat(n * 1000) } },
        { type: 'a', id: 'a0', data: null },
        { type: 'nobody', id: `n${n}` },
      ]);
      await sleep(300);
    }
    await run.pause();
    await router.subscribe({ name: 'late', on: 'nobody', handler: 'echo' });
    await run.resume();
    await router.retryDeadLetters({ all: true });
    await router.unsubscribe('late');
    await router.dropDeadLetters({ all: true });
    // Until it has continued as new, with the long handler left to report.
    for (let n = 100; (await cadenza.find('event-router')).runId === runId; n += 1) {
      await cadenza.emit('event-router', { type: 'a', id: `a${n}`, data: { n } });
      await sleep(200);
    }
    await sleep(2_000);
    await cadenza.temporal.workflow.getHandle('event-router/e1').cancel();
    await sleep(2_000);
    await run.cancel();
    await run.outcome();
    await save('event-router-first-run', 'event-router', runId);
    await save('event-router-continued', 'event-router');
    await save('handle-event', 'event-router/e2');
    await save('handle-event-reporting', 'event-router/e1');
  },
};

async function main() {
  const all = process.argv.includes('--all');
  const isWanted = (name) => all || !existsSync(path.join(folder, `${name}.json`));
  const wanted = Object.entries(RUNS).filter(([name]) => isWanted(name));
  const campaigns = Object.entries(CAMPAIGNS).filter(([name]) => isWanted(MARKS[name] ?? name));
  if (wanted.length + campaigns.length === 0) return console.log('every history is there');
  mkdirSync(folder, { recursive: true });
  const home = mkdtempSync(path.join(tmpdir(), 'cadenza-record-'));
  const server = await ensureTemporalServer({
    home,
    cacheDir: readEnvironment().cache,
    port: await anyFreePort(),
    uiPort: await anyFreePort(),
    detached: true,
    // So that routers continue as new soon.
    settings: ['limit.historyCount.suggestContinueAsNew=300'],
    say: console.error,
  });
  const provider = await startProvider();
  const registry = path.join(home, 'models.yaml');
  writeRegistry(registry, provider.address().port);
  const environment = readEnvironment({
    CADENZA_HOME: home,
    CADENZA_MODELS: registry,
    TEMPORAL_ADDRESS: server.address,
  });
  const worker = await createWorker({ environment, handlers });
  const served = worker.run();
  const cadenza = await connectCadenza({ environment });
  const save = async (name, id = name, runId = undefined) => {
    const history = JSON.parse(historyToJSON(await cadenza.temporal.workflow.getHandle(id, runId).fetchHistory()));
    writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(withoutMachine(history), null, 1)}\n`);
    console.log(`${name}: ${history.events.length} events`);
  };
  try {
    for (const [name, { input, during }] of wanted) {
      failuresLeft = 1;
      const run = await cadenza.start(name.split('-')[0], input, { id: name });
      const handle = cadenza.temporal.workflow.getHandle(name);
      await during?.(run, (update, ...args) => handle.executeUpdate(update, { args }));
      await run.outcome();
      await save(name);
    }
    for (const [, campaign] of campaigns) await campaign({ cadenza, save });
  } finally {
    await cadenza.close();
    worker.shutdown();
    await served;
    provider.closeAllConnections();
    provider.close();
    await stopTemporalServer(home);
    rmSync(home, { recursive: true, force: true });
  }
}

/** Process ids, host names and paths say nothing about a workflow. */
function withoutMachine(value) {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'stackTrace')
      .map(([key, field]) => [key, key === 'identity' ? 'recorder' : withoutMachine(field)]),
  );
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
