// Makes the pictures of reports in docs/images: real runs on a real server, with the built-in models and a small
// provider of this script's own, seen by a real Chromium (CHROMIUM, or `chromium` on the path) and made small by
// pngquant. `npm run docs:pictures`; `-- --look FOLDER` leaves each page there instead, as HTML and as pictures in light
// and dark, wide and narrow. `-- --only ensemble` makes one of them.
const { execFileSync, spawn } = require('node:child_process');
const { mkdirSync, rmSync, statSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { chromium } = require('playwright-core');
const { anyFreePort } = require('../lib/embedded/free-port.js');
const { compareRuns } = require('../lib/report/compare/compare-runs.js');
const { renderComparison } = require('../lib/report/compare/render-comparison.js');
const { gatherReport, gatherWithInside } = require('../lib/report/gather-report.js');
const { renderReportFile } = require('../lib/report/render-report.js');
const { registryAt, startProvider } = require('./pictures/provider.cjs');
const { LETTER, RUNS } = require('./pictures/runs.cjs');
const { endScript, withCadenza } = require('./shared/with-cadenza.cjs');

const root = path.resolve(__dirname, '..');
const images = path.join(root, 'docs', 'images');
const { values: given } = parseArgs({ options: { look: { type: 'string' }, only: { type: 'string' } } });

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
  const provider = await startProvider();
  const gamePort = await anyFreePort();
  const game = spawn(
    process.execPath,
    [path.join(root, 'examples/game-of-24/simulated-model.mjs'), '--port', String(gamePort), '--delay', '60'],
    { stdio: 'ignore' },
  );
  const registry = registryAt(provider.address().port, gamePort);
  const temporal = ({ workflowId, runId }) =>
    `http://localhost:8233/namespaces/default/workflows/${encodeURIComponent(workflowId)}/${runId}`;
  try {
    await withCadenza({ name: 'pictures', registry }, async ({ cadenza }) => {
      await look(await pagesOf(cadenza, temporal), given.look ?? images);
    });
  } finally {
    game.kill();
    provider.closeAllConnections();
    provider.close();
  }
}

endScript(main());
