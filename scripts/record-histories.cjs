// Records the histories that test/replay replays: real runs on a real server, with the
// built-in models and a small provider of this script's own.
// `npm run history:record` adds what is missing; `-- --all` records anew (only when a workflow type is new or was
// never released: an old history is what guards runs in flight).
const { existsSync, mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { gzipSync } = require('node:zlib');
const { historyToJSON } = require('@temporalio/common/lib/proto-utils');
const { CAMPAIGNS, MARKS } = require('./histories/campaigns.cjs');
const found = require('./histories/found.cjs');
const { failAgain, handlers } = require('./histories/handlers.cjs');
const { registryAt, startProvider } = require('./histories/provider.cjs');
const { endScript, withCadenza } = require('./shared/with-cadenza.cjs');

const folder = path.resolve(__dirname, '..', 'test', 'replay', 'histories');
const RUNS = Object.assign(
  {},
  ...['pipelines', 'decisions', 'chains-and-routes', 'batches-and-trees'].map(
    (name) => require(`./histories/${name}.cjs`).RUNS,
  ),
);

/** A history that is longer goes into the repository compressed. */
const MOST_CHARACTERS = 200_000;

const fileOf = (name, ending = '.json') => path.join(folder, `${name}${ending}`);
const all = process.argv.includes('--all');
const isWanted = (name) => all || !(existsSync(fileOf(name)) || existsSync(fileOf(name, '.json.gz')));

/** Two servers: on the first, what has many events continues as new soon. */
const GROUPS = [
  { runs: RUNS, campaigns: CAMPAIGNS, settings: ['limit.historyCount.suggestContinueAsNew=300'] },
  { runs: found.RUNS, campaigns: found.CAMPAIGNS, settings: [] },
];

async function record({ runs, campaigns, settings }) {
  const wanted = Object.entries(runs).filter(([name]) => isWanted(name));
  const called = Object.entries(campaigns).filter(([name]) => isWanted(MARKS[name] ?? name));
  if (wanted.length + called.length === 0) return;
  mkdirSync(folder, { recursive: true });
  const provider = await startProvider();
  const registry = registryAt(provider.address().port);
  try {
    await withCadenza({ name: 'record', registry, handlers, settings }, async ({ cadenza }) => {
      const save = (name, id = name, runId = undefined) => saveHistory(cadenza, name, id, runId);
      for (const [name, { input, during }] of wanted) {
        failAgain();
        const run = await cadenza.start(name.split('-')[0], input, { id: name });
        const handle = cadenza.temporal.workflow.getHandle(name);
        await during?.(run, (update, ...args) => handle.executeUpdate(update, { args }));
        await run.outcome();
        await save(name);
      }
      for (const [, campaign] of called) await campaign({ cadenza, save });
    });
  } finally {
    provider.closeAllConnections();
    provider.close();
  }
}

async function saveHistory(cadenza, name, id, runId) {
  const history = JSON.parse(historyToJSON(await cadenza.temporal.workflow.getHandle(id, runId).fetchHistory()));
  const text = `${JSON.stringify(withoutMachine(history), null, 1)}\n`;
  if (text.length > MOST_CHARACTERS) writeFileSync(fileOf(name, '.json.gz'), gzipSync(text, { level: 9 }));
  else writeFileSync(fileOf(name), text);
  console.log(`${name}: ${history.events.length} events`);
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

async function main() {
  for (const group of GROUPS) await record(group);
}

endScript(main());
