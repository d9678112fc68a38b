// The long campaigns: `npm run prove -- <name>`. Each prints its numbers. It is a test of `npm run verify` with its full
// numbers, or one of test/prove, which runs here only.
const { spawnSync } = require('node:child_process');

const CAMPAIGNS = {
  cap: {
    test: 'test/workflow/budget',
    project: 'workflow',
    name: 'charge no more',
    env: { CADENZA_PROVE_CAP_SEEDS: '50' },
  },
  meter: { test: 'test/workflow/meter', project: 'workflow', env: { CADENZA_PROVE_METER_MS: '2000' } },
  'never-twice': { test: 'test/fault/never-twice', project: 'fault', env: { CADENZA_PROVE_KILLS: '100' } },
  batch: {
    test: 'test/prove/batch',
    project: 'prove',
    env: { CADENZA_PROVE_BATCH_ITEMS: '3000', CADENZA_PROVE_BATCH_KILLS: '4' },
  },
  parity: { test: 'test/replay/parity', project: 'replay', name: 'puzzles', env: { CADENZA_PROVE_PUZZLES: '100' } },
  classification: { test: 'test/unit/gateway', project: 'unit', env: {} },
  pages: {
    test: 'test/unit/report/foreign-runs',
    project: 'unit',
    name: 'whatever a',
    env: { CADENZA_PROVE_PAGES: '6' },
  },
  properties: { test: 'test/property', project: 'property', env: {} },
  events: { test: 'test/fault/events', project: 'fault', env: { CADENZA_PROVE_EVENTS: '20000' } },
};

const [name = ''] = process.argv.slice(2);
const campaign = CAMPAIGNS[name];
if (!campaign) {
  console.error(`usage: npm run prove -- ${Object.keys(CAMPAIGNS).join(' | ')}`);
  process.exit(2);
}
const { test, project, env, name: only } = campaign;
const some = only ? ['-t', only] : [];
const { status } = spawnSync('npx', ['jest', test, '--selectProjects', project, ...some], {
  stdio: 'inherit',
  env: { CADENZA_PROVE: name, ...env, ...process.env },
});
process.exit(status ?? 1);
