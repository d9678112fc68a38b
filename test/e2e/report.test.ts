import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { registerSearchAttributes } from '../../src/config/search-attributes';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import { documentPage } from '../../src/report/page/document';
import { buildReport } from '../../src/report/model/report-model';
import { runMain } from '../../src/report/page/run-page';
import { createReportServer } from '../../src/report/server/report-server';
import type { ReportServer } from '../../src/report/server/report-server';
import type { CadenzaWorker } from '../../src/worker';
import { createWorker } from '../../src/worker';
import { launchBrowser } from '../helpers/browser';
import { largeTree } from '../helpers/large-tree';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';
import { runInside } from '../helpers/run-inside';
import { closeTestServer, testServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';

/** What a model, a document or a person may say: tags, attributes, ends of scripts, addresses, pictures, marks. */
const HOSTILE = [
  '<script>window.hit=1</script>',
  '</script><script>window.hit=2</script>',
  '"><img src=x onerror="window.hit=3">',
  `' onmouseover='window.hit=4`,
  '<svg onload="window.hit=5"><animate onbegin="window.hit=6"/></svg>',
  '<a href="javascript:window.hit=7">go</a>',
  '</style></title></textarea><!--',
  'a\u202egnp.exe\u0007\u0000\u2066z',
].join(' ');

const TOKEN = 'token-of-the-test';
let world: TestWorld;
let worker: CadenzaWorker;
let served: Promise<void>;
let cli: Cli;
let browser: Browser | undefined;
let server: ReportServer;
let address: string;
let folder: string;

jest.setTimeout(180_000);
beforeAll(async () => {
  browser = await launchBrowser();
  world = await createTestWorld({ answer: () => ({ text: HOSTILE, delayMs: 20 }) });
  await registerSearchAttributes(testServer().client.connection, world.namespace);
  worker = await createWorker({ environment: world.environment });
  served = worker.run();
  cli = await createCli(world.variables);
  server = createReportServer({ cadenza: world.cadenza, token: TOKEN, loopbackOnly: true, temporal: () => undefined });
  address = await server.listen(0, '127.0.0.1');
  folder = await mkdtemp(path.join(cli.folder, 'pages-'));
});
afterAll(async () => {
  await browser?.close();
  await server.close();
  worker.shutdown();
  await served;
  await cli.close();
  await world.close();
  await closeTestServer();
  await rm(folder, { recursive: true, force: true });
});

const inside = (args: readonly string[]) => runInside(args, { variables: cli.variables });

/** A page of the browser; undefined, said aloud, where there is none on this machine. */
async function newPage(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page | undefined> {
  return browser?.newPage(options);
}

/** What a page was refused or asked of others, and what went wrong in it. */
function watch(page: Page): { errors: string[]; requests: string[] } {
  const seen = { errors: [] as string[], requests: [] as string[] };
  page.on('pageerror', (error) => seen.errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && seen.errors.push(message.text()));
  page.on('request', (request) => seen.requests.push(request.url()));
  return seen;
}

/** The status of what the server answers under a name, which `fetch` would not send. */
async function statusFor(host: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const asked = request(`${address}${path}`, { headers: { ...headers, host }, agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

const chain = {
  initialPrompt: HOSTILE,
  steps: [
    { name: 'first', promptTemplate: 'Say: {initial_input}', model: 'gpt' },
    { name: 'second', promptTemplate: 'Again: {first}', model: 'other' },
  ],
};

it('writes one file, in which hostile text is text and nothing else', async () => {
  const id = 'hostile <b> "run"';
  await (await world.cadenza.start('chain', chain, { id })).result();
  const written = await cli.run(['report', id, '--json']);
  expect(written.stderr).toBe('');
  const { pattern, status, result } = envelopeSchema.parse(written.json());
  const { file } = result as { file: string };
  expect([pattern, status, path.basename(file)]).toEqual(['chain', 'completed', 'cadenza-hostile-b-run-.html']);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const markup = await readFile(file, 'utf8');
  expect(markup.match(/<script/g)).toHaveLength(1);

  const page = await newPage();
  if (!page) return;
  const seen = watch(page);
  await page.goto(`file://${file}`);
  await page.mouse.move(300, 400);
  expect(await page.evaluate('window.hit')).toBeUndefined();
  expect(await page.locator('main img, main script, main a[href^="javascript"]').count()).toBe(0);
  const text = await page.locator('main').innerText();
  expect(text).toContain('<script>window.hit=1</script>');
  expect(text).toContain('aU+202Egnp.exeU+0007');
  expect(seen).toEqual({ errors: [], requests: [`file://${file}`] });
  // An element that came in after all could do nothing.
  await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.hit=9">')`);
  await page.waitForTimeout(50);
  expect(await page.evaluate('window.hit')).toBeUndefined();
  await page.close();
});

it('shows a run as it goes on, to who has the token and to nobody else', async () => {
  const steps = [
    { name: 'draft', handler: 'generation', inputs: { text: 'input' } },
    { name: 'ok', approval: { message: 'Send it?' }, dependsOn: ['draft'] },
    { name: 'final', handler: 'translation', inputs: { text: 'draft.text' }, dependsOn: ['ok'] },
  ];
  const run = await world.cadenza.start('pipeline', { steps, input: 'A chair' }, { id: 'live' });
  const get = async (at: string, headers: Record<string, string> = {}) =>
    (await fetch(`${address}${at}`, { headers, redirect: 'manual' })).status;
  const bearer = { authorization: `Bearer ${TOKEN}` };
  expect(await get('/runs/live')).toBe(401);
  expect(await get('/runs/nobody')).toBe(401);
  expect(await get('/?token=wrong')).toBe(401);
  expect(await get('/runs/live', bearer)).toBe(200);
  expect(await get('/runs/nobody', bearer)).toBe(404);
  expect(await get('/', { ...bearer, origin: 'https://evil.example' })).toBe(403);
  expect(await get('/', { ...bearer, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toBe(403);
  expect((await fetch(address, { method: 'POST', headers: bearer })).status).toBe(405);

  // A name of somebody else that was turned to this machine (DNS rebinding): its page is of the same origin, so only the
  // name tells. Refused whatever it brings, and the token of an address makes no cookie for it.
  const { port } = new URL(address);
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1.evil.example:${port}`]) {
    const asked = [await statusFor(host, '/runs/live', bearer), await statusFor(host, `/?token=${TOKEN}`)];
    expect([host, ...asked]).toEqual([host, 403, 403]);
  }
  expect(await statusFor(`localhost:${port}`, '/runs/live', bearer)).toBe(200);

  const page = await newPage();
  if (page) {
    const seen = watch(page);
    await page.goto(`${address}/?token=${TOKEN}`);
    // Below a path that only the reader has: the cookie goes there alone, and the token is in no address.
    expect(page.url().slice(address.length)).toMatch(/^\/[\w-]{22}\/$/);
    await page.getByRole('link', { name: 'live' }).click();
    await page.getByRole('heading', { level: 1, name: /Pipeline/ }).waitFor();
    await page.locator('tr#step-ok .pill.busy').waitFor();
    await page.locator('.viewport').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(`document.activeElement.getAttribute('data-box')`)).toBe('draft');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(`document.activeElement.getAttribute('data-box')`)).toBe('ok');
    await run.approve({ step: 'ok', approved: true, by: 'the test' });
    await page.getByText('It has ended.').waitFor();
    expect(await page.locator('tr#step-final .pill').innerText()).toContain('completed');
    // The focus is where it was, on what is new.
    expect(await page.evaluate(`document.activeElement.getAttribute('data-box')`)).toBe('ok');
    await page.keyboard.press('Enter');
    expect(page.url()).toContain('#step-ok');
    expect(seen.errors).toEqual([]);
    expect(seen.requests.every((url) => url.startsWith(address))).toBe(true);
    await page.close();
  } else await run.approve({ step: 'ok', approved: true, by: 'the test' });
  await run.result();
});

it('tells the Temporal UI what a run is, where it stands and what it is found by, at the address that commands print', async () => {
  const page = await newPage();
  if (!page) return;
  const steps = [
    { name: 'draft', handler: 'generation', inputs: { text: 'input' } },
    { name: 'ok', approval: { message: 'Send it?' }, dependsOn: ['draft'] },
  ];
  const labels = { team: 'red' };
  const run = await world.cadenza.start('pipeline', { steps, input: 'A chair', labels }, { id: 'in the/UI' });
  const { uiUrl } = testServer();
  // The UI draws Markdown in frames of their own.
  const shows = async (...wanted: string[]) => {
    const texts = () => Promise.all(page.frames().map((frame) => frame.locator('body').innerText()));
    let text = '';
    for (let tries = 0; tries < 100 && !wanted.every((one) => text.includes(one)); tries += 1) {
      await page.waitForTimeout(100);
      text = (await texts().catch(() => [])).join('\n');
    }
    for (const one of wanted) expect(text).toContain(one);
  };
  // Without the id of the run, which the UI finds itself.
  await page.goto(`${uiUrl}/namespaces/${world.namespace}/workflows/${encodeURIComponent(run.workflowId)}`);
  await shows('draft: generation', 'pipeline', run.runId);
  await page.getByText('User Metadata', { exact: true }).click();
  await shows('pipeline: draft, ok', '1 of 2 steps done', "npx cadenza approve 'in the/UI' ok");
  await page.getByText('Search Attributes', { exact: true }).click();
  await shows('"CadenzaOutcome": "running"', '"CadenzaPattern": "pipeline"', '"team=red"');
  await run.cancel();
  await page.close();
});

it('shows two runs side by side after another model was asked from a step on', async () => {
  world.models.script(({ body }) => ({ text: body.model === 'gpt-test' ? 'a red chair' : 'a blue chair' }));
  const steps = [
    { name: 'draft', handler: 'generation', inputs: { text: 'input' } },
    { name: 'final', handler: 'generation', inputs: { text: 'draft.text' } },
  ];
  await (await world.cadenza.start('pipeline', { steps, input: 'A chair' }, { id: 'one' })).result();
  expect((await inside(['rerun', 'one', '--from', 'final', '--model', 'other', '--id', 'two'])).code).toBe(0);
  const file = path.join(folder, 'both.html');
  expect((await inside(['report', 'one', 'two', '--output', file])).stdout.trim()).toBe(file);
  const markup = await readFile(file, 'utf8');
  expect(markup).toContain('The same question, different answers');
  expect(markup).toContain('taken from an earlier run');
  const page = await newPage();
  if (!page) return;
  await page.goto(`file://${file}`);
  expect(await page.locator('section#output .text del').innerText()).toContain('red');
  expect(await page.locator('section#output .text ins').innerText()).toContain('blue');
  // As narrow as a page must still be read without scrolling to the side, where tables scroll by themselves.
  await page.setViewportSize({ width: 320, height: 700 });
  expect((await inside(['report', 'one', '--output', file])).code).toBe(0);
  await page.goto(`file://${file}`);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  // Nothing that can be opened goes by the same name as something else.
  const names = await page.locator('tr summary').allTextContents();
  expect([names.length, new Set(names).size]).toEqual([2, 2]);
  await page.close();
});

it('says what is wrong with a report that can not be', async () => {
  const unknown = await inside(['report', 'nobody', '--json']);
  expect([unknown.code, envelopeSchema.parse(unknown.json()).error?.type]).toEqual([2, 'RunNotFound']);
  const empty = await inside(['report', '', '--json']);
  expect([empty.code, envelopeSchema.parse(empty.json()).error?.type]).toEqual([2, 'RunNotFound']);
  const nowhere = await inside(['report', 'live', '--output', '/nowhere/at/all.html']);
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('--output: can not write')]);
});

it('keeps a tree of 2,000 thoughts smooth, in light and dark, on a narrow screen too', async () => {
  const model = buildReport(largeTree(2000), new Map(), Date.now());
  const { markup } = documentPage({ title: 'large', main: runMain(model, { inside: () => undefined }) }, new Date());
  expect(markup.length).toBeLessThan(4_000_000);
  const file = path.join(folder, 'large.html');
  await writeFile(file, markup);
  expect(markup).toContain('2,000 thoughts');
  const page = await newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
  if (!page) return;
  const started = Date.now();
  await page.goto(`file://${file}`);
  const loaded = Date.now() - started;
  const frames = await page.evaluate<number[]>(`new Promise((done) => {
    const viewport = document.querySelector('.viewport');
    viewport.scrollIntoView();
    const times = [];
    let last = performance.now();
    const next = (now) => {
      times.push(now - last);
      last = now;
      viewport.scrollBy(3, 40);
      if (times.length < 60) requestAnimationFrame(next); else done(times.slice(5));
    };
    requestAnimationFrame(next);
  })`);
  const middle = [...frames].sort((a, b) => a - b)[Math.floor(frames.length / 2)] ?? Infinity;
  console.info(
    `2,000 thoughts: ${markup.length} bytes, loaded in ${loaded} ms, a frame of moving takes ${middle.toFixed(1)} ms`,
  );
  expect(loaded).toBeLessThan(8_000);
  expect(middle).toBeLessThan(100);
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await page.close();
});
