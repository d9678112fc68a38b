// The long campaigns: `npm run prove -- <name>`. Each is a test of `npm run verify` with its full numbers, and prints them.
const { spawnSync } = require('node:child_process');

const CAMPAIGNS = {
  events: { test: 'test/fault/events', project: 'fault', env: { CADENZA_PROVE_EVENTS: '20000' } },
};

const [name = ''] = process.argv.slice(2);
const campaign = CAMPAIGNS[name];
if (!campaign) {
  console.error(`usage: npm run prove -- ${Object.keys(CAMPAIGNS).join(' | ')}`);
  process.exit(2);
}
const { test, project, env } = campaign;
const { status } = spawnSync('npx', ['jest', test, '--selectProjects', project], {
  stdio: 'inherit',
  env: { ...env, ...process.env },
});
process.exit(status ?? 1);
