// Records the histories that test/replay replays: real runs on a real server, with the built-in models.
// `npm run history:record` adds what is missing; `-- --all` records anew (only when a workflow type is new or was
// never released: an old history is what guards runs in flight).
const { mkdtempSync, existsSync, mkdirSync, writeFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
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
  'pipeline-cancelled': {
    input: { steps: [step('a', 'patient'), step('b', 'echo', { dependsOn: ['a'] })] },
    during: async (run) => {
      await sleep(1_500);
      await run.cancel();
    },
  },
};

async function main() {
  const all = process.argv.includes('--all');
  const wanted = Object.entries(RUNS).filter(([name]) => all || !existsSync(path.join(folder, `${name}.json`)));
  if (wanted.length === 0) return console.log('every history is there');
  mkdirSync(folder, { recursive: true });
  const home = mkdtempSync(path.join(tmpdir(), 'cadenza-record-'));
  const server = await ensureTemporalServer({
    home,
    cacheDir: readEnvironment().cache,
    port: await anyFreePort(),
    uiPort: await anyFreePort(),
    detached: true,
    say: console.error,
  });
  const environment = readEnvironment({
    CADENZA_HOME: home,
    CADENZA_MODELS: path.join(root, 'models.yaml'),
    TEMPORAL_ADDRESS: server.address,
  });
  const worker = await createWorker({ environment, handlers });
  const served = worker.run();
  const cadenza = await connectCadenza({ environment });
  try {
    for (const [name, { input, during }] of wanted) {
      failuresLeft = 1;
      const run = await cadenza.start('pipeline', input, { id: name });
      const handle = cadenza.temporal.workflow.getHandle(name);
      await during?.(run, (update, ...args) => handle.executeUpdate(update, { args }));
      const { status } = await run.outcome();
      const history = JSON.parse(historyToJSON(await cadenza.temporal.workflow.getHandle(name).fetchHistory()));
      writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(withoutMachine(history), null, 1)}\n`);
      console.log(`${name}: ${status}, ${history.events.length} events`);
    }
  } finally {
    await cadenza.close();
    worker.shutdown();
    await served;
    await stopTemporalServer(home);
    rmSync(home, { recursive: true, force: true });
  }
}

/** Process ids and host names say nothing about a workflow. */
function withoutMachine(value) {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, key === 'identity' ? 'recorder' : withoutMachine(field)]),
  );
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
